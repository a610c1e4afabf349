# lib.sh: what the boot tests share: TAP, and bounded runs. Source it from a script in tests/.
set -uo pipefail
CDPATH= cd "$(dirname "${BASH_SOURCE[0]}")/.."
tests=0
failures=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/trapline-test.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

# ok NAME COMMAND...: the test passes if the command does; its output is shown if not.
ok() {
	local name=$1
	shift
	tests=$((tests + 1))
	if "$@" >"$tmp/out" 2>&1; then
		echo "ok $tests - $name"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $name"
		tail -n 30 "$tmp/out" | sed 's/^/# /'
	fi
}
# fails NAME COMMAND...: the test passes if the command ends with status 1.
fails() {
	local name=$1
	shift
	ok "$name" bash -c '"$@"; [ $? = 1 ]' - "$@"
}
# until_true SECONDS COMMAND...: waits until it succeeds. So many seconds are for a machine that is busy, or ten times
# slower than yours: what need not be waited for, ends the wait itself (`|| ! kill -0 $pid`).
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}
# episodes_of_one_vcpu DUMP: in Domain 0, none has a fault episode's number that another has, and more than one has any.
episodes_of_one_vcpu() {
	sed -n 's/.* d0v\([0-9]*\) f\([0-9]*\)\..*/\2 \1/p' "$1" | sort -u >"$tmp/episodes"
	[ -z "$(cut -d' ' -f1 "$tmp/episodes" | uniq -d)" ] && [ "$(cut -d' ' -f2 "$tmp/episodes" | sort -u | wc -l)" -gt 1 ]
}
done_testing() {
	echo "1..$tests"
	[ "$failures" = 0 ]
}

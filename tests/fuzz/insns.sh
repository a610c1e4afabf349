#!/usr/bin/env bash
# insns.sh: random instructions on live page tables, descriptor tables, code and plain pages, in rings
# 0 and 3: each sum that the bare machine prints, a domain must print as well.
#
#   tests/fuzz/insns.sh [SEED=N] [COUNT=N] [LIMIT=900] [MMU-OPTIONS...]
#
# COUNT for each way of running a domain; breakpoints, which stop at nearly every instruction, get a
# twentieth. With options (SENSITIVE=breakpoint TABLES=outofsync ISOLATION=segments) only that way. Says
# which instructions differ, and what each did. Ends with 0 if none did.
set -uo pipefail
cd "$(dirname "$0")/../.."
SEED=1 COUNT=200000 LIMIT=900 options=()
for word in "$@"; do
	case $word in
	SEED=* | COUNT=* | LIMIT=*) printf -v "${word%%=*}" '%s' "${word#*=}" ;;
	SENSITIVE=* | TABLES=* | ISOLATION=*) options+=("$word") ;;
	*) echo "insns: what is '$word'? See tests/fuzz/insns.sh" >&2; exit 2 ;;
	esac
done
out=$(mktemp -d "${TMPDIR:-/tmp}/trapline-insns.XXXXXX")
trap 'rm -rf "$out"' EXIT

guest() { # COUNT OPTION...
	tools/run GUEST_ELF=build/tests/fuzz-insns.elf SCENARIO="insns-$1$low" SEED="$SEED" TRACE=off LIMIT="$LIMIT" \
		"${@:2}" </dev/null 2>&1 | tr -d '\r'
}
# What each of the instructions from $1 on did: one line for each.
details() { # FROM COUNT OPTION...
	guest "$2" GUEST_ARGS="from=$1 to=$(($1 + 100))" "${@:3}" |
		awk '/^[0-9]+: ring/ { if (line) print line; line = $0; next }
			/^  (in|out)/ { line = line "\n" $0 } END { if (line) print line }' | grep -aE '^([0-9]+:|  )'
}
sums() { grep -aE '^insns [0-9]+ ' "$1"; }

differences=0 low=
compare() { # NAME COUNT OPTION...
	[ "$1" != segments ] || low=-low
	guest "$2" MMU=none >"$out/bare"
	guest "$2" MMU=shadow "${@:3}" >"$out/shadow"
	diff <(sums "$out/bare") <(sums "$out/shadow") | sed -n 's/^< insns \([0-9]*\) .*/\1/p' >"$out/blocks"
	if ! grep -aq "^insns: seed=$SEED count=$2" "$out/bare"; then
		echo "  $1: the bare machine did not come to the end"
		tail -n 5 "$out/bare"
		differences=$((differences + 1))
		return
	fi
	printf '  %-12s instructions=%u blocks that differ=%u\n' "$1" "$2" "$(wc -l <"$out/blocks")"
	[ -s "$out/blocks" ] || grep -aq "^insns: seed=$SEED count=$2" "$out/shadow" || echo 0 >"$out/blocks"
	differences=$((differences + $(wc -l <"$out/blocks")))
	grep -aE 'PANIC|ended:' "$out/shadow"
	head -n 5 "$out/blocks" | while read -r block; do
		diff <(details "$block" "$2" MMU=none) <(details "$block" "$2" MMU=shadow "${@:3}") | head -n 20
	done
}
if [ "${#options[@]}" -gt 0 ]; then
	[[ ${options[*]} != *segments* ]] || low=-low
	compare chosen "$COUNT" "${options[@]}"
else
	compare patch "$COUNT"
	compare segments "$COUNT" ISOLATION=segments
	low=
	compare outofsync "$COUNT" TABLES=outofsync
	compare breakpoint $((COUNT / 20)) SENSITIVE=breakpoint
fi
echo "insns: seed=$SEED blocks that differ=$differences"
[ "$differences" = 0 ]

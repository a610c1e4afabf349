#!/usr/bin/env bash
# insns.sh: random instructions on live page tables, descriptor tables, code and plain pages, in rings
# 0 and 3: each sum that the bare machine prints, a domain must print as well.
#
#   tests/fuzz/insns.sh [SEED=N] [COUNT=N] [LIMIT=900] [MMU-OPTIONS...]
#
# COUNT for each way of running a domain; breakpoints, which stop at nearly every instruction, get a
# twentieth. With options (SENSITIVE=breakpoint TABLES=outofsync ISOLATION=segments) only that way. Says
# which instructions differ, and what each did. Where a domain differs from QEMU and Bochs does what the
# domain did, it is QEMU's own (of 200,000 instructions a few: an access that is not aligned strikes
# each watchpoint below it in its page). Ends with 0 if there is nothing else.
set -uo pipefail
CDPATH= cd "$(dirname "$0")/../.."
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
# What each of the instructions from $1 on did: one line for each, its parts separated by tabs.
details() { # FROM TO COUNT OPTION...
	guest "$3" GUEST_ARGS="from=$1 to=$2" "${@:4}" |
		awk '/^[0-9]+: ring/ { if (line) print line; line = $0; next }
			/^  (in|out)/ { line = line "\t" $0 } END { if (line) print line }' | grep -aE '^[0-9]+:'
}
# The other judge: did the bare machine in Bochs what the domain did?
bochs_agrees() { # LINE COUNT
	local n=${1%%:*}
	[ "$(details "$n" $((n + 1)) "$2" MMU=none EMU=bochs)" = "$1" ]
}
# One block that differs. Not found again by itself, it is a difference, too.
judge() { # BLOCK COUNT OPTION...
	local bare shadow found=0
	details "$1" $(($1 + 100)) "$2" MMU=none >"$out/bare.block"
	details "$1" $(($1 + 100)) "$2" MMU=shadow "${@:3}" >"$out/shadow.block"
	while IFS= read -r bare <&3 && IFS= read -r shadow <&4; do
		[ "$bare" != "$shadow" ] || continue
		found=1
		if bochs_agrees "$shadow" "$2"; then
			echo "  ${bare%%:*}: QEMU's own: Bochs does as the domain does"
			continue
		fi
		echo "  ${bare%%:*}: differs; bare, and in the domain:"
		tr '\t' '\n' <<<"$bare"$'\n'"$shadow"
		differences=$((differences + 1))
	done 3<"$out/bare.block" 4<"$out/shadow.block"
	if [ $found = 0 ]; then
		echo "  $1: differs only after what came before it"
		differences=$((differences + 1))
	fi
}
sums() { grep -aE '^insns [0-9]+ ' "$1"; }

differences=0 low=
compare() { # NAME COUNT OPTION...
	[ "$1" != segments ] || low=-low
	guest "$2" MMU=none >"$out/bare"
	guest "$2" MMU=shadow "${@:3}" >"$out/shadow"
	awk 'NR == FNR { bare[$2] = $3; next } bare[$2] != $3 { print $2 }' <(sums "$out/bare") <(sums "$out/shadow") >"$out/blocks"
	if ! grep -aq "^insns: seed=$SEED count=$2" "$out/bare"; then
		echo "  $1: the bare machine did not come to the end"
		tail -n 5 "$out/bare"
		differences=$((differences + 1))
		return
	fi
	printf '  %-12s instructions=%u blocks that differ=%u\n' "$1" "$2" "$(wc -l <"$out/blocks")"
	grep -aE 'PANIC|ended:' "$out/shadow"
	if ! grep -aq "^insns: seed=$SEED count=$2" "$out/shadow"; then
		echo "  $1: the domain did not come to the end"
		differences=$((differences + 1))
	fi
	while read -r block; do judge "$block" "$2" "${@:3}"; done < <(head -n 20 "$out/blocks")
	[ "$(wc -l <"$out/blocks")" -le 20 ] || differences=$((differences + 1))
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
echo "insns: seed=$SEED differences=$differences"
[ "$differences" = 0 ]

#!/usr/bin/env bash
# matrix.sh: the instruction matrix: a kernel carries out every system instruction in all its forms,
# on the bare machine and in a domain, and must see the same. Both ways of catching what does not trap.
. "$(dirname "$0")/../lib.sh"
elf=build/tests/matrix.elf
# What an earlier run left must not be taken for an answer.
matrix() { # NAME tools/run-OPTION...
	tools/run GUEST_ELF=$elf TRACE=off LIMIT=300 OUT="$tmp/$1" "${@:2}" >"$tmp/$1.said" 2>&1
}
matrix bare MMU=none SCENARIO=bare &
matrix patch MMU=shadow SCENARIO=all &
wait
matrix breakpoint MMU=shadow SCENARIO=all EXTRA=sensitive=breakpoint
ways="patch breakpoint"

for run in bare $ways; do
	ok "the_matrix_ends_by_itself_$run" grep -q '^matrix: [0-9]* cells' "$tmp/$run.console"
done
inputs=(what=manual tests/matrix/manual what=limits tests/matrix/limits what=bare "$tmp/bare.console")
for way in $ways; do
	inputs+=("what=$way" "$tmp/$way.console")
done
awk -f tests/matrix/compare.awk "${inputs[@]}" >"$tmp/compared"

# The matrix, for the log; a limit is a cell that tests/matrix/limits explains.
grep -v '^result ' "$tmp/compared" | sed 's/^/# /'
awk '$1 == "result" && $5 {
	if (!($2 in cells))
		order[n++] = $2
	cells[$2] = $5
	row[$2] = row[$2] sprintf("  %-26s", $3 " " $4 ($6 ? " but " $6 (($6 == 1) ? " limit" : " limits") : ""))
} END {
	for (i = 0; i < n; i++)
		printf "# %-16s %4d cells  bare%s\n", order[i], cells[order[i]], row[order[i]]
}' "$tmp/compared"

equal() { # INSTRUCTION: in each way
	local lines
	lines=$(grep -E "^result $1 (patch|breakpoint) " "$tmp/compared")
	[ "$(wc -l <<<"$lines")" = 2 ] && ! grep differs <<<"$lines"
}
while read -r group; do
	ok "ring_0_sees_the_same_of_$group" equal "$group"
done < <(awk '$1 == "result" && $3 == "patch" && $5 { print $2 }' "$tmp/compared")
ok "every_cell_has_a_name_of_its_own" equal unique
fails "no_line_of_manual_or_limits_is_about_nothing" grep -q '^result names .* differs' "$tmp/compared"

# An exception without an IDT, and without one for what that raises: the machine starts anew, which
# for the emulator (-no-reboot) and for a domain is the end.
matrix triple-bare MMU=none SCENARIO=triple
ok "a_triple_fault_ends_the_bare_machine" \
	bash -c 'grep -q "no IDT" "$1" && ! grep -q "^matrix: [0-9]" "$1"' - "$tmp/triple-bare.console"
for way in patch breakpoint; do
	matrix triple-$way MMU=shadow SCENARIO=triple EXTRA=sensitive=$way
	ok "a_triple_fault_ends_the_domain_$way" \
		grep -q 'domain 0 ended: triple fault' "$tmp/triple-$way.console"
done
done_testing

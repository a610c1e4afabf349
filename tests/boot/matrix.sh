#!/usr/bin/env bash
# matrix.sh: the instruction matrix: a kernel carries out every system instruction in all its forms,
# on the bare machine and in a domain, and must see the same. Both ways of catching what does not trap.
. "$(dirname "$0")/../lib.sh"
elf=build/tests/matrix.elf
# What an earlier run left must not be taken for an answer.
matrix() { # NAME tools/run-OPTION...
	tools/run GUEST_ELF=$elf TRACE=off LIMIT=500 OUT="$tmp/$1" "${@:2}" >"$tmp/$1.said" 2>&1
}
# With breakpoints a cell takes the emulator a tenth of a second: TRAPLINE_TEST_SAMPLE=1 takes a quarter of them.
cells=all
[ "${TRAPLINE_TEST_SAMPLE:-0}" = 0 ] || cells=part$((${SEED:-1} % 4))
matrix breakpoint MMU=shadow SCENARIO=$cells EXTRA=sensitive=breakpoint &
matrix bare MMU=none SCENARIO=bare
matrix patch MMU=shadow SCENARIO=all
wait
ways="patch breakpoint"

for run in bare $ways; do
	ok "the_matrix_ends_by_itself_$run" grep -q '^matrix: [0-9]* cells' "$tmp/$run.console"
done
inputs=(what=manual tests/matrix/manual what=limits tests/matrix/limits what=bare "$tmp/bare.console")
for way in $ways; do
	inputs+=("what=$way" "$tmp/$way.console")
done
awk -f tests/matrix/compare.awk "${inputs[@]}" >"$tmp/compared"

# The matrix: tests/run shows it to the user.
sed -n 's/^matrix /# | /p' "$tmp/compared"
grep -vE '^(result|matrix) ' "$tmp/compared" | sed 's/^/# /'

equal() { # INSTRUCTION: in each way
	local lines
	lines=$(grep -E "^result $1 (patch|breakpoint) " "$tmp/compared")
	[ "$(wc -l <<<"$lines")" = 2 ] && ! grep differs <<<"$lines"
}
while read -r group; do
	ok "ring_0_sees_the_same_of_$group" equal "$group"
done < <(awk '$1 == "result" && $3 == "patch" && $2 != "unique" && $2 != "all" { print $2 }' "$tmp/compared")
ok "no_cell_of_ring_1_is_left_out_or_excepted" equal all
ok "every_cell_has_a_name_of_its_own" equal unique
fails "no_line_of_manual_or_limits_is_about_nothing" grep -q '^result names .* differs' "$tmp/compared"

# What a domain's processor does not have: it is ended, and the reason is the name of the cell.
for ((n = 0; n < 10; n++)); do
	matrix ends MMU=shadow SCENARIO=ends$n SENSITIVE=$([ $((n % 2)) = 0 ] && echo patch || echo breakpoint)
	name=$(sed -n 's/^matrix: \(.*\) | .*/\1/p' "$tmp/ends.console")
	[ -n "$name" ] || break
	ok "a_domain_is_ended_that_$(tr -cs 'a-z0-9\n' _ <<<"$name")_$n" \
		grep -q "^trapline: domain 0 ended: $name " "$tmp/ends.console"
done
ok "there_were_8_such_cells" test "$n" = 8

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

#!/usr/bin/env bash
# same.sh: the same applications print the same on the bare machine, in shadow and in direct mode.
. "$(dirname "$0")/../lib.sh"

# What the hypervisor says, and which port the kernel is, may differ.
guest_lines() { grep -vE '^trapline: |^finch: port=' "$1"; }
for scenario in walk hello procs crash gp forktest stress signals pipes segments; do
	for mmu in none shadow direct; do
		ok "${scenario}_ends_well_$mmu" \
			tools/run MMU=$mmu SCENARIO=$scenario TRACE=off OUT="$tmp/$scenario-$mmu"
		guest_lines "$tmp/$scenario-$mmu.console" >"$tmp/$scenario-$mmu.lines"
	done
	ok "${scenario}_says_something" test -s "$tmp/$scenario-none.lines"
	ok "${scenario}_the_same_in_shadow" diff "$tmp/$scenario-none.lines" "$tmp/$scenario-shadow.lines"
	ok "${scenario}_the_same_in_direct" diff "$tmp/$scenario-none.lines" "$tmp/$scenario-direct.lines"
done
done_testing

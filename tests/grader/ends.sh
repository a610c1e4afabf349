#!/usr/bin/env bash
# ends.sh: a hypervisor that hangs or crashes is told what it did: which fault it met again and again,
# what it repaired of it and what not; that the machine triple-faulted.
. "$(dirname "$0")/lib.sh"
lab=02-pagefault
# wrong NAME: the reference, with an edit of fault.c by sed, is graded by one test
wrong() { # NAME SED-EXPRESSION
	reference $lab "$tmp/$1"
	cp "$tmp/$1/fault.c" "$tmp/before.c"
	sed -i "$2" "$tmp/$1/fault.c"
	! cmp -s "$tmp/before.c" "$tmp/$1/fault.c" &&
		build/bin/tlgrade grade $lab --seed 3 --stage alias --submission "$tmp/$1" --unconfined --out "$tmp/graded" >"$tmp/log" 2>&1
	[ $? = 1 ] && ! grep "does not build" "$tmp/log"
}
said() { cat "$tmp/log"; grep -qE -- "$1" "$tmp/log"; }

ok an_entry_that_never_allows_a_write_hangs wrong read-only 's/, spte_of(d, w->pte));/, spte_of(d, w->pte) \& ~PTE_RW);/'
ok the_fault_is_named said 'did not end by itself: #PF \(error 3\) at 0x[0-9a-f]{8}, by the instruction at .* repeats'
ok what_the_walk_said_is_told said 'walk va=0x[0-9a-f]{8} .*verdict=hidden_'
ok what_was_not_repaired_is_told said 'no shadow entry was written for that page; it is still 0x[0-9a-f]{8} \(not writable\)'
ok and_drawn bash -c 'picture=$(sed -n "s/^ *picture: //p" "$1") && xmllint --noout "$picture" && grep -q "#PF" "$picture"' - "$tmp/log"
ok its_log_is_cut test "$(stat -c %s "$tmp/graded/alias.int.log")" -le 1048576
ok nothing_repaired_hangs wrong nothing 's/^\tif (l1)$/\tif (0)/'
ok that_is_told said 'no shadow entry was written for that page; the instruction is tried again'

ok no_handler_for_anything_is_a_crash wrong crash \
	's/^\tguest_walk(v, va, access, w);$/\tstatic int n; static const u16 none[3]; if (n++ > 4) asm volatile("lidt %0; int3" : : "m"(none));\n&/'
ok it_is_called_what_it_is said 'the machine triple-faulted'
ok with_the_last_entries said '^ *[0-9]+: v=03 '
ok nothing_of_the_run_before_is_left test ! -e "$tmp/graded/alias.hang.svg"
done_testing

#!/usr/bin/env bash
# rooms.sh: nothing in hv/ calls upwards (hv/rooms), and no circle has more than three files.
. "$(dirname "$0")/../lib.sh"

ok no_call_goes_upwards_and_circles_are_small tools/rooms

# Would it be seen? The same symbols, and some more.
tools/rooms --symbols >"$tmp/symbols"
ok headers_code_is_looked_for grep -qx 'hv/mem/heap.c code hv/cpu/layout.h' "$tmp/symbols"
circle() { # FILE...: each calls the next
	local first=$1
	while [ $# -gt 0 ]; do
		echo "hv/boot/$1.c T $1"
		echo "hv/boot/$1.c U ${2:-$first}"
		shift
	done
}
{
	cat "$tmp/symbols"
	circle of-three-a of-three-b of-three-c
	circle a b c d
	cat <<-'END'
		hv/attic/a.c T attic
		hv/mem/frame.c U resume
		hv/lib/string.c U shadow_ops
		hv/dom/inject.c U inject_software
		hv/mem/heap.c w schedule
		hv/mem/swap.c U alias_of_resume
		hv/lib/div.c T memcpy
		hv/hw/pic.c code hv/dom/run.h
		hv/hw/pic.c code hv/trap/dispatch.c
		hv/hw/uart.c code hv/cpu/x86.h
	END
} >"$tmp/more"
tools/rooms - <"$tmp/more" >"$tmp/said"
ok what_is_wrong_is_refused test $? = 1
says() { ok "$1" grep -qxF "$2" "$tmp/said"; }
not_said() { ! grep -qF "$1" "$tmp/said"; }
says a_call_upwards_is_refused "hv/mem/frame.c calls resume() of hv/trap/dispatch.c, which is above"
says a_variable_above_is_refused "hv/lib/string.c uses shadow_ops of hv/mmu/shadow/shadow.c, which is above"
says a_single_file_has_its_own_place "hv/dom/inject.c calls inject_software() of hv/dom/deliver.c, which is above"
says a_file_without_a_room_is_refused "hv/attic/a.c has no room in hv/rooms"
says a_weak_call_upwards_is_refused "hv/mem/heap.c calls schedule() of hv/trap/schedule.c, which is above"
says what_nobody_in_the_house_has_is_refused "hv/mem/swap.c uses alias_of_resume, which no file of hv/ has"
says a_function_of_two_files_is_refused "memcpy is in hv/lib/string.c and in hv/lib/div.c"
says inline_code_of_a_header_above_is_refused "hv/hw/pic.c has code of hv/dom/run.h, which is above"
says so_is_a_file_above_that_is_included "hv/hw/pic.c has code of hv/trap/dispatch.c, which is above"
ok a_header_may_have_its_own_place not_said "hv/hw/uart.c has code of"
says a_circle_of_four_is_refused "a circle of 4 files: hv/boot/a.c hv/boot/b.c hv/boot/c.c hv/boot/d.c"
ok a_circle_of_three_is_none test "$(grep -c '^a circle of [0-9]* files: hv/boot' "$tmp/said")" = 1

# Nobody asks which design a domain has, but the design's own files (and boot/, which has it from the command line).
asks() {
	grep -E '([!=]= *&?(MMU_[A-Z]+\>|(shadow|direct)_(guest|ops)\>)|\<MMU_(SHADOW|DIRECT) *[!=]=|->mode\>|![^=;]*->(shadow|direct)\)|->(shadow|direct) *([!=]=|\?|&&|\|\|)|(&&|\|\||\(bool\)) *[^ ;]*->(shadow|direct)[);])'
}
nobody_asks() {
	! find hv -name '*.[ch]' ! -path 'hv/boot/*' ! -path 'hv/mmu/*/*' ! -path 'hv/trap/shadow*' ! -path 'hv/trap/direct*' ! -path 'hv/build/*' ! -path hv/dev/pit.c -print0 |
		xargs -0 grep -n '' /dev/null | asks | grep -v 'd->mode = ops->mode;'
}
ok nobody_asks_for_the_mode_of_a_domain nobody_asks
cat >"$tmp/disguised" <<'END'
	if (d->mode == MMU_SHADOW)
	if (d->ops->mode != MMU_DIRECT)
	switch (v->domain->ops->mode) {
	return v->domain->ops == &shadow_guest;
	if (d->mmu != &direct_ops)
	if (!d->shadow)
	if (!(*d)->direct)
	return d->direct != NULL;
	return *of && (*of)->direct ? 0 : 1;
	if (owner && owner->direct)
	can = d->shadow && x;
	if (MMU_DIRECT == mode)
END
ok each_disguise_is_seen test "$(asks <"$tmp/disguised" | wc -l)" = "$(wc -l <"$tmp/disguised")"
done_testing

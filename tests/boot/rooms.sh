#!/usr/bin/env bash
# rooms.sh: nothing in hv/ calls upwards (hv/rooms), and no circle has more than three files.
. "$(dirname "$0")/../lib.sh"

ok no_call_goes_upwards_and_circles_are_small tools/rooms

# Would it be seen? The same symbols, and some more.
tools/rooms --symbols >"$tmp/symbols"
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
	END
} >"$tmp/more"
tools/rooms - <"$tmp/more" >"$tmp/said"
ok what_is_wrong_is_refused test $? = 1
says() { ok "$1" grep -qxF "$2" "$tmp/said"; }
says a_call_upwards_is_refused "hv/mem/frame.c calls resume() of hv/trap/dispatch.c, which is above"
says a_variable_above_is_refused "hv/lib/string.c uses shadow_ops of hv/mmu/shadow/shadow.c, which is above"
says a_single_file_has_its_own_place "hv/dom/inject.c calls inject_software() of hv/dom/deliver.c, which is above"
says a_file_without_a_room_is_refused "hv/attic/a.c has no room in hv/rooms"
says a_circle_of_four_is_refused "a circle of 4 files: hv/boot/a.c hv/boot/b.c hv/boot/c.c hv/boot/d.c"
ok a_circle_of_three_is_none test "$(grep -c '^a circle of [0-9]* files: hv/boot' "$tmp/said")" = 1
done_testing

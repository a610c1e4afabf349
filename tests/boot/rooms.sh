#!/usr/bin/env bash
# rooms.sh: nothing in hv/ calls upwards (hv/rooms), and no circle has more than three files.
. "$(dirname "$0")/../lib.sh"

ok no_call_goes_upwards_and_circles_are_small tools/rooms
tools/rooms --symbols >"$tmp/symbols"
refused() { # NAME COMPLAINT LINE...: with these symbols, that is said
	local name=$1 complaint=$2
	shift 2
	ok "$name" bash -c '! { cat "$1"; printf "%s\n" "${@:3}"; } | tools/rooms - >"$1.out" &&
		grep -qxF "$2" "$1.out"' - "$tmp/symbols" "$complaint" "$@"
}
refused a_call_upwards_is_refused "hv/mem/frame.c calls resume() of hv/trap/dispatch.c, which is above" \
	"hv/mem/frame.c U resume"
refused a_variable_above_is_refused "hv/lib/string.c uses shadow_ops of hv/mmu/shadow/shadow.c, which is above" \
	"hv/lib/string.c U shadow_ops"
refused a_single_file_has_its_own_place "hv/dom/inject.c calls inject_software() of hv/dom/deliver.c, which is above" \
	"hv/dom/inject.c U inject_software"
refused a_file_without_a_room_is_refused "hv/attic/a.c has no room in hv/rooms" "hv/attic/a.c T attic"
refused a_circle_of_four_is_refused "a circle of 4 files: hv/boot/a.c hv/boot/b.c hv/boot/c.c hv/boot/d.c" \
	"hv/boot/a.c T a" "hv/boot/a.c U b" "hv/boot/b.c T b" "hv/boot/b.c U c" "hv/boot/c.c T c" \
	"hv/boot/c.c U d" "hv/boot/d.c T d" "hv/boot/d.c U a"
ok a_circle_of_three_is_none bash -c '{ cat "$1"; printf "%s\n" "hv/boot/a.c T a" "hv/boot/a.c U b" "hv/boot/b.c T b" \
	"hv/boot/b.c U c" "hv/boot/c.c T c" "hv/boot/c.c U a"; } | tools/rooms -' - "$tmp/symbols"
done_testing

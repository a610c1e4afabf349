#!/usr/bin/env bash
# amid.sh: data amid a kernel's code, and code that is copied over code, which the default sensitive=patch may
# have patched: the bare machine says what the kernel must see; where patches cannot give that, the user must
# be told, and sensitive=breakpoint must be right.
. "$(dirname "$0")/../lib.sh"

cat >"$tmp/ld" <<'END'
ENTRY(_start)
SECTIONS { . = 0x100000; .text : { *(.text) } . = ALIGN(4096); .data : { *(.data) *(.bss) } }
END
build() { # NAME OPTION...
	tools/i386 gcc -m32 -c "${@:2}" -o "$tmp/$1.o" tests/boot/amid/amid.S &&
		tools/i386 ld -m elf_i386 -z noexecstack --no-warn-rwx-segments -T "$tmp/ld" -o "$tmp/$1.elf" "$tmp/$1.o"
}
said() { grep -aq -e "$1" <(tr -d '\r' <"$tmp/said"); }
says() { # NAME TEXT OPTION...
	local text=$2 pid there=0
	: >"$tmp/said"
	tools/run GUEST_ELF="$tmp/$1.elf" TRACE=off "${@:3}" >"$tmp/said" 2>&1 &
	pid=$!
	# Where the kernel hangs with its word, it is ended.
	until_true 200 eval 'said "$text" || ! kill -0 $pid'
	said "$text" || there=1
	kill $pid 2>/dev/null
	wait $pid
	[ $there = 0 ] || { cat "$tmp/said"; false; }
}
same() { # NAME OPTIONS TEXT MODE...: the text on the bare machine, by breakpoints, and in these modes of patches
	local name=$1 text="^$3\$" mode
	ok "${name}_is_built" build "$name" $2
	ok "${name}_on_the_bare_machine" says "$name" "$text" MMU=none
	ok "${name}_by_breakpoints" says "$name" "$text" MMU=shadow SENSITIVE=breakpoint
	shift 3
	for mode; do
		ok "${name}_by_patches_$mode" says "$name" "$text" MMU=shadow "$mode"
	done
}
same tables -DTABLES AgBZYXU TABLES=traced TABLES=outofsync ISOLATION=segments
same moved -DCOPY=4 AB TABLES=traced
# Read by the kernel itself, the patch is copied: then there must be a word.
for if in "" -DIF; do
	same "copied$if" "-DCOPY=4 -DBYTES $if" AB
	ok "copied${if}_ends_with_a_word" says "copied$if" "ran a copy of code.*SENSITIVE=breakpoint" MMU=shadow
	same "one_byte$if" "-DCOPY=1 -DBYTES $if" AB
	ok "one_byte${if}_has_a_word" says "one_byte$if" "halts by a hlt.*SENSITIVE=breakpoint" MMU=shadow
done
# What a linear sweep cannot see (docs/design.md).
same misread -DMISREAD A0
ok "misread_by_patches_shows_the_real_IF" says misread '^A1$' MMU=shadow
done_testing

#!/usr/bin/env bash
# multiboot.sh: kernels that no Multiboot loader would take by their ELF file's physical entry: a flat file, with
# the addresses in its header (flag 16), and an ELF file whose entry is a linear address. They print in a domain
# what they print on the bare machine.
. "$(dirname "$0")/../lib.sh"

# What both do: print a letter for each thing that is as it should be, and end the machine.
cat >"$tmp/body.inc" <<'END'
	.macro	letter	c
	movb	$\c, %al
	movw	$0x3F8, %dx
	outb	%al, %dx
	.endm
	.macro	leave
	letter	'\n'
1:	movw	$0x3FD, %dx
	inb	%dx, %al
	testb	$0x40, %al
	jz	1b
	xorl	%eax, %eax
	outb	%al, $0xF4
2:	jmp	2b
	.endm
END
cat >"$tmp/flat.S" <<'END'
	.include "body.inc"
	.text
image:	.space	64, 0xF4		/* the header need not come first */
header:	.long	0x1BADB002, 0x10003, -(0x1BADB002 + 0x10003)
	.long	header, image, image_end, bss_end, entry
	letter	'x'			/* not the entry */
entry:	cmpl	$0x2BADB002, %eax
	jne	3f
	letter	'm'
3:	cmpl	$0x11223344, last
	jne	4f
	letter	'l'
4:	cmpl	$0, bss_end - 4
	jne	5f
	letter	'z'
5:	leave
last:	.long	0x11223344
image_end:
	.long	0x55555555		/* in the file, but not to be loaded */
	.set	bss_end, image_end + 8192
END
cat >"$tmp/linear.S" <<'END'
	.include "body.inc"
	.text
	.long	0x1BADB002, 3, -(0x1BADB002 + 3)
	.globl	entry
entry:	movl	$0x300000, %esp		/* where it is, no loader promises */
	call	6f
6:	popl	%ebx			/* where it really is */
	shrl	$20, %ebx
	cmpl	$2, %ebx
	jne	7f
	letter	'p'
7:	leave
END
build() { # NAME LINEAR-ADDRESS PHYSICAL-ADDRESS
	(cd "$tmp" && "$OLDPWD"/tools/i386 as --32 -o "$1.o" "$1.S") && cat >"$tmp/$1.ld" <<END
ENTRY(entry)
SECTIONS { . = $2; .text : AT($3) { *(.text) } /DISCARD/ : { *(*) } }
END
	tools/i386 ld -m elf_i386 -T "$tmp/$1.ld" -o "$tmp/$1.elf" "$tmp/$1.o"
}
prints() { # FILE TEXT OPTION...
	timeout 310 tools/run GUEST_ELF="$1" TRACE=off LIMIT=300 "${@:3}" >"$tmp/said" 2>&1 && grep -aqx "$2" <(tr -d '\r' <"$tmp/said") ||
		{ cat "$tmp/said"; false; }
}
ok "the_kernels_are_built" eval 'build flat 0x180000 0x180000 && build linear 0xC0200000 0x200000 &&
	tools/i386 objcopy -O binary "$tmp/flat.elf" "$tmp/flat.bin"'
for mmu in none shadow; do
	ok "a_flat_kernel_is_loaded_by_its_headers_addresses_$mmu" prints "$tmp/flat.bin" mlz MMU=$mmu
	ok "an_entry_may_be_a_linear_address_$mmu" prints "$tmp/linear.elf" p MMU=$mmu
done
ok "a_flat_kernel_runs_without_patches" prints "$tmp/flat.bin" mlz MMU=shadow SENSITIVE=breakpoint
done_testing

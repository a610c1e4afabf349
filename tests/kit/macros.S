/* macros.S: how a test kernel for a PC begins, in assembler: macros. */
#ifndef KIT_MACROS_S
#define KIT_MACROS_S

/* By this a Multiboot 1 loader knows it. flags: 3: modules page-aligned, memory map wanted. */
	.macro	multiboot_header flags=3
	.section .multiboot, "a"
	.balign	4
	.long	0x1BADB002, \flags, -(0x1BADB002 + \flags)
	.endm

/* One stub: vector and error code lie on the stack then, a zero where the CPU pushes none. */
	.macro	trap_stub vec
	.balign	16
	.if	!(\vec == 8 || (\vec >= 10 && \vec <= 14) || \vec == 17)
	pushl	$0
	.endif
	pushl	$\vec
	jmp	trap_common
	.endm

/* trap_stubs: those of the first `nr` vectors, 16 bytes each. */
	.macro	trap_stub_table nr
	.balign	16
	.globl	trap_stubs
trap_stubs:
	.set	vector, 0
	.rept	\nr
	trap_stub vector
	.set	vector, vector + 1
	.endr
	.endm

/* void load_segments(void), for after lgdt: the kernel's flat segments; `data_fs` in fs and gs. */
	.macro	load_segments_function code, data, data_fs=0
	.globl	load_segments
load_segments:
	movl	$\data, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$\data_fs, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	ljmp	$\code, $1f
1:	ret
	.endm

#endif

/*
 * start.S: the way into the hostile kernel for shadow mode, and into its trap handlers; the way to
 * ring 3 and back. It believes that it runs in ring 0.
 */
#define __ASSEMBLER__ 1
#include "rogue.h"
#include "native/native.h"

#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x3

	.section .multiboot, "a"
	.balign	4
	.long	MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.text
	.globl _start
_start:
	cli
	cld
	movl	$stack_top, %esp
	xorl	%ebp, %ebp
	pushl	%ebx			/* multiboot_info */
	call	native_main

	.macro	stub vec
	.balign	16
	.if	!(\vec == 8 || (\vec >= 10 && \vec <= 14) || \vec == 17)
	pushl	$0
	.endif
	pushl	$\vec
	jmp	trap_common
	.endm

	.balign	16
	.globl	trap_stubs, trap_stub_80
trap_stubs:
	.set	vec, 0
	.rept	48
	stub	vec
	.set	vec, vec + 1
	.endr
trap_stub_80:
	stub	0x80

trap_common:
	cld
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%esp, %eax
	pushl	%eax
	call	note_trap		/* returns the vector */
	jmp	attempt_failed

/* void user_call(u32 stub, u32 arg): run `stub` in ring 3 with EAX = arg. Ends in a trap. */
	.globl	user_call
user_call:
	movl	4(%esp), %edx
	movl	8(%esp), %eax
	movl	$USER_DS, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	pushl	$USER_DS
	pushl	$user_stack_top
	pushl	$0x2
	pushl	$USER_CS
	pushl	%edx
	iret

/* void load_segments(void): after lgdt. */
	.globl	load_segments
load_segments:
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	ljmp	$KERNEL_CS, $1f
1:	ret

	.bss
	.balign	4096
	.globl	stack_top, trap_stack_top, user_stack, user_stack_top
	.space	16384
stack_top:
	.space	4096
trap_stack_top:				/* for entries from ring 3 */
user_stack:
	.space	4096
user_stack_top:

	.section .note.GNU-stack, "", @progbits

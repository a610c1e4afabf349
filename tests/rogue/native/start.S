/*
 * start.S: the way into the hostile kernel for shadow mode, and into its trap handlers; the way to
 * ring 3 and back. It believes that it runs in ring 0.
 */
#define __ASSEMBLER__ 1
#include "rogue.h"
#include "native/native.h"
#include "macros.S"

	multiboot_header

	.text
	.globl _start
_start:
	cli
	cld
	movl	$stack_top, %esp
	xorl	%ebp, %ebp
	pushl	%ebx			/* multiboot_info */
	call	native_main

	.globl	trap_stub_80
	trap_stub_table 48
trap_stub_80:
	trap_stub 0x80

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
	load_segments_function KERNEL_CS, KERNEL_DS, KERNEL_DS

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

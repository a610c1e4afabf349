/*
 * start.S: the way into the hostile direct-mode kernel, and into its trap handlers; the way to
 * ring 3 and back.
 */
#define __ASSEMBLER__ 1
#include <trapline/xen/xen.h>
#include "macros.S"
#include "rogue.h"

#define STACK_SIZE 16384

	.section __xen_guest
	.ascii	"GUEST_OS=rogue,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,PAE=no,LOADER=generic"
	.byte	0

	.text
	.globl _start
_start:
	cld
	movl	$stack_top, %esp
	xorl	%ebp, %ebp
	pushl	%esi			/* start_info */
	call	pv_main

/*
 * One stub for each vector. The stack may hold anything by now, and nobody returns: the handler
 * notes what it was and goes back to attempt().
 */
	trap_stub_table 32
	.globl	trap_stub_80
trap_stub_80:
	trap_stub 0x80

/* Where the hypervisor sends us if it could not go where we wanted; above the frame lie the four
 * data selectors. */
	.globl	failsafe_callback
failsafe_callback:
	pushl	$0
	pushl	$VEC_FAILSAFE

trap_common:
	cld
	movl	%ss, %eax
	movl	%eax, %ds
	movl	%eax, %es
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%esp, %eax
	pushl	%eax
	call	note_trap		/* returns the vector */
	jmp	attempt_failed

/* The event callback: what the case wants done meanwhile, then back to where it was. */
	.globl	event_callback
event_callback:
	pushal
	pushl	%ds
	pushl	%es
	movl	%ss, %eax
	movl	%eax, %ds
	movl	%eax, %es
	cld
	leal	40(%esp), %eax		/* eip, cs, eflags */
	pushl	%eax
	call	on_event
	addl	$4, %esp
	popl	%es
	popl	%ds
	popal
	/* Events stay masked; the case unmasks them when it wants another. */
	andl	$0xFFFF, 4(%esp)	/* the old mask lies beside cs */
	iret

/* void user_call(u32 stub, u32 arg): run `stub` in ring 3 with EAX = arg. Ends in a trap. */
	.globl	user_call
user_call:
	movl	4(%esp), %edx
	movl	8(%esp), %eax
	movl	$FLAT_RING3_DS, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	pushl	$FLAT_RING3_SS
	pushl	$user_stack_top
	pushl	$0x202
	pushl	$FLAT_RING3_CS
	pushl	%edx
	iret

	.bss
	.balign	4096
	.globl	trap_stack_top, user_stack, user_stack_top
	.space	STACK_SIZE
stack_top:
	.space	4096
trap_stack_top:				/* for entries from ring 3 */
user_stack:
	.space	4096
user_stack_top:

	.section .note.GNU-stack, "", @progbits

/* pv.S: the direct-mode probe's start and trap entries. */
#define __ASSEMBLER__ 1
#include <trapline/xen/xen.h>

	.section __xen_guest
	.asciz	"GUEST_OS=probe,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,PAE=no,LOADER=generic"

	.text
	.globl	_start
_start:
	cld
	movl	$stack_top, %esp
	pushl	%esi
	call	probe_start

/* As in native.S: `trap` remembers the exception, and the probe goes on where `try` began. */
	.macro	entry vec, err
	.globl	trap_\vec
trap_\vec:
	.if	\err == 0
	pushl	$0
	.endif
	pushl	$\vec
	jmp	trapped
	.endm
	entry	13, 1
	entry	128, 0
	entry	200, 0
	entry	201, 0
	.globl	trap_14
trap_14:
	popl	trap_cr2		/* the extended frame has it */
	pushl	$14
trapped:
	popl	trap_vec
	popl	trap_err
	popl	trap_eip
	popl	trap_cs
	popl	trap_eflags
	popl	trap_esp
	popl	trap_ss
	movl	$FLAT_RING1_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	trap_return_esp, %esp
	jmp	*trap_return

	.globl	event, failsafe
event:
failsafe:
	iret

/* void enter_user(u32 eip, u32 esp, u32 eflags, u32 eax) */
	.globl	enter_user
enter_user:
	movl	16(%esp), %eax
	movl	4(%esp), %ecx
	movl	8(%esp), %edx
	movl	12(%esp), %ebx
	pushl	$FLAT_RING3_SS
	pushl	%edx
	pushl	%ebx
	pushl	$FLAT_RING3_CS
	pushl	%ecx
	movl	$FLAT_RING3_DS, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	iretl

	.bss
	.balign	4096
	.skip	16384
	.globl	stack_top
stack_top:

	.section .note.GNU-stack, "", @progbits

/*
 * user.S: the start of the machine of user.h, and its way to ring 3 and back. The lab's units run in
 * ring 3, one call at a time; what they may touch is what the probe has mapped for them.
 */
#include "start.S"
	start_at probe_start

/* void run_user(void): as `user` says, until something comes back; that is in `user` then. The TSS
 * names the end of `user` as the stack of ring 0, so a trap's frame completes it:
 *   edi esi ebp (esp) ebx edx ecx eax | vec err | eip cs eflags esp ss */
	.globl	run_user
run_user:
	pushal
	movl	%esp, own_esp
	movl	$user, %esp
	popal
	addl	$8, %esp
	iretl

	.macro	entry vec, err
	.globl	in_\vec
in_\vec:
	.if	\err == 0
	pushl	$0
	.endif
	pushl	$\vec
	jmp	came_back
	.endm
	entry	0, 0
	entry	1, 0
	entry	6, 0
	entry	13, 1
	entry	14, 1
	entry	32, 0
	entry	128, 0
	entry	129, 0
	entry	130, 0
came_back:
	pushal
	cld
	testl	$3, 44(%esp)	/* cs */
	jz	1f
	movl	own_esp, %esp
	popal
	ret
1:	pushl	%esp
	call	probe_fault

	/* What a call returns to. */
	.section .user, "ax"
	.globl	user_return
user_return:
	int	$0x80

	.bss
own_esp:
	.skip	4
	.balign	4096
	.skip	16384
	.globl	stack_top
stack_top:

	.section .note.GNU-stack, "", @progbits

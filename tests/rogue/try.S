/*
 * try.S: attempt(): calling a function that may end in an exception.
 *
 * attempt_sp is where the innermost attempt's saved registers lie; each trap handler ends by a
 * jump to attempt_failed with the vector in EAX.
 */
#include "rogue.h"

	.text
	.globl attempt, attempt_failed
attempt:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	attempt_sp
	movl	%esp, attempt_sp
	pushl	28(%esp)		/* arg; below it edi esi ebx ebp, the return address, fn */
	call	*28(%esp)
	movl	$NO_TRAP, %eax
attempt_failed:
	movl	attempt_sp, %esp
	popl	attempt_sp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

	.bss
	.globl attempt_sp
	.balign	4
attempt_sp:
	.space	4

	.section .note.GNU-stack, "", @progbits

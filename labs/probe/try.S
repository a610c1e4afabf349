/* try.S: running what may raise an exception. The trap entries of native.S and pv.S end it. */
	.text
/* u32 try(void (*f)(void *), void *arg): call f; the vector that it raised, or -1. */
	.globl	try
try:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	pushl	24(%esp)		/* arg, for f */
	movl	$1f, trap_return
	movl	%esp, trap_return_esp
	movl	$-1, trap_vec
	call	*24(%esp)
1:	addl	$4, %esp
	movl	trap_vec, %eax
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret

	.section .note.GNU-stack, "", @progbits

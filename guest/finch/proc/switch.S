/* switch.S: from one kernel stack to another. The same in every port: it only moves registers. */
	.text

/* void switch_to(u32 *from, u32 to): a caller expects only these four to survive (i386 psABI). */
	.globl	switch_to
switch_to:
	movl	4(%esp), %eax
	movl	8(%esp), %edx
	pushl	%edi
	pushl	%esi
	pushl	%ebx
	pushl	%ebp
	movl	%esp, (%eax)
	movl	%edx, %esp
	popl	%ebp
	popl	%ebx
	popl	%esi
	popl	%edi
	ret

/* A new process: ESP is at its trap frame, which says where and how its application begins. */
	.globl	enter_application
enter_application:
	jmp	trap_return

/*
 * lab02_snippets.S: the instructions with which lab 02's random kernels touch memory, in ring 0 and
 * ring 3: EBX is the address, EAX the value, ECX a second operand; what the instruction yields goes
 * into EAX. The order is enum snippet of lab02.h. Also the way into ring 3 that is not iret.
 */
	.text
	.balign	16
	.globl	snippets
snippets:
	.macro	snippet text
	.balign	16
	\text
	int	$0x80
	.endm
	snippet	"movl (%ebx), %eax"
	snippet	"movzwl (%ebx), %eax"
	snippet	"movzbl (%ebx), %eax"
	snippet	"movl %eax, (%ebx)"
	snippet	"movw %ax, (%ebx)"
	snippet	"movb %al, (%ebx)"
	snippet	"xchgl %eax, (%ebx)"
	snippet	"orl %eax, (%ebx)"
	snippet	"andl %eax, (%ebx)"
	snippet	"xorl %eax, (%ebx)"
	snippet	"addl %eax, (%ebx)"
	snippet	"subl %eax, (%ebx)"
	snippet	"lock xaddl %eax, (%ebx)"
	snippet	"xchgl %eax, %ecx; lock cmpxchgl %ecx, (%ebx)"
	snippet	"movl %ebx, %edi; stosl"
	snippet	"movl %ebx, %edi; rep stosl"

/* void run_snippet(struct snippet_run *): does not return: it ends by the int $0x80, or a fault. */
	.globl	run_snippet
run_snippet:
	movl	4(%esp), %edx
	movl	4(%edx), %eax
	movl	8(%edx), %ebx
	movl	12(%edx), %ecx
	cmpl	$0, 16(%edx)
	jne	1f
	jmp	*(%edx)
1:	pushl	$0x23			/* a far return goes to ring 3 as well as an iret */
	pushl	$snippet_stack_top
	pushl	$0x1B
	pushl	(%edx)
	lret

	.bss
	.balign	16
	.skip	256
snippet_stack_top:

	.section .note.GNU-stack, "", @progbits

/*
 * snippet.S: the instructions with which the random guest touches memory, in ring 0 and ring 3:
 * one page, mapped for both. EBX is the address, EDX the value, ECX a second operand; what the
 * instruction yields goes into EDX. The order is enum snippet in access.c.
 */
	.section .user, "ax"
	.balign	4096
	.globl	user_page
user_page:
	.macro	snippet text
	.balign	16
	\text
	int	$0x80
	.endm

	snippet	"movl (%ebx), %edx"
	snippet	"movzwl (%ebx), %edx"
	snippet	"movzbl (%ebx), %edx"
	snippet	"cmpl %edx, (%ebx); movl (%ebx), %edx"
	snippet	"movl %edx, (%ebx)"
	snippet	"movw %dx, (%ebx)"
	snippet	"movb %dl, (%ebx)"
	snippet	"xchgl %edx, (%ebx)"
	snippet	"orl %edx, (%ebx)"
	snippet	"andl %edx, (%ebx)"
	snippet	"xorl %edx, (%ebx)"
	snippet	"addl %edx, (%ebx)"
	snippet	"lock xaddl %edx, (%ebx)"
	snippet	"btsl %edx, (%ebx)"
	snippet	"lock btrl %edx, (%ebx)"
	snippet	"movl %ecx, %eax; lock cmpxchgl %edx, (%ebx)"
	snippet	"movl %ebx, %edi; movl %edx, %eax; stosl"
	snippet	"movl %ebx, %edi; movl %edx, %eax; rep stosl"
	.balign	4096

	.section .note.GNU-stack, "", @progbits

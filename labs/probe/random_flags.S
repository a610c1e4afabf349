/*
 * random_flags.S: what can be done to EFLAGS, one after the other: ESI points to the addresses of the
 * next, EBX to operands, EDI to where results go. Getting from one to the next changes no flag.
 */
	.macro	op name
	.pushsection .rodata
9:	.asciz	"\name"
	.popsection
	.pushsection .rodata.flag_ops, "a"
	.long	9b, flag_\name
	.popsection
flag_\name:
	.endm
	.macro	next
	movl	(%esi), %eax
	leal	4(%esi), %esi
	jmp	*%eax
	.endm
	.macro	operand
	movl	(%ebx), %eax
	leal	4(%ebx), %ebx
	.endm
	.macro	result
	movl	%eax, (%edi)
	movl	%esp, 4(%edi)
	leal	8(%edi), %edi
	.endm
	.section .rodata.flag_ops, "a"
	.globl	flag_ops, flag_ops_end
flag_ops:
	.text

	op	pushf
	pushfl
	popl	%eax
	result
	next
	op	pushfw
	pushl	$0x5A5A5A5A
	pushfw
	popl	%eax
	result
	popw	%ax
	next
	op	popf
	operand
	pushl	%eax
	popfl
	next
	op	popf_pushf		/* a single step comes behind the pushf, which shows TF */
	operand
	pushl	%eax
	popfl
	pushfl
	popl	%eax
	result
	next
	op	popfw
	operand
	pushw	%ax
	popfw
	next
	op	cli
	cli
	next
	op	sti
	sti
	next
	op	sti_cli
	sti
	cli
	next
	op	sti_sti
	sti
	sti
	nop
	next
	op	sti_popf
	operand
	pushl	%eax
	sti
	popfl
	next
	op	sti_fault
	sti
	ud2
	op	sahf
	operand
	sahf
	next
	op	std
	std
	next
	op	cld
	cld
	next
	op	add
	operand
	addl	%eax, %edx
	next
	op	iret
	operand
	andl	$~0x24000, %eax		/* not NT, VM */
	pushl	%eax
	pushl	$0x08
	pushl	$1f
	pushfl
	andl	$~0x4000, (%esp)	/* an iret with NT set switches tasks */
	popfl
	iretl
1:	next
	op	popf_nowhere
	movl	%esp, %ebp
	movl	(%esi), %eax
	testb	$3, %al			/* not each time: that is the end */
	cmovzl	no_stack, %esp
	jnz	1f
	popfl
1:	movl	%ebp, %esp
	next

	.globl	flag_end
flag_end:
	pushfl
	popl	%eax
	result
	pushl	$2
	popfl
	jmp	cell_end

	.section .rodata.flag_ops, "a"
flag_ops_end:
	.section .rodata
no_stack:
	.long	0x40004000		/* NO_STACK: there is room below, and nothing above */
	.section .note.GNU-stack, "", @progbits

/*
 * insn.S: instructions that ring 1 may not execute, each as a function of one argument (in EAX as
 * well). Those that change a stack or segment register put it back, should they be let through.
 */
	.text
	.macro	insn name, text
	.globl	\name
\name:
	movl	4(%esp), %eax
	\text
	ret
	.endm

	insn	insn_cli, "cli"
	insn	insn_sti, "sti"
	insn	insn_hlt, "hlt"
	insn	insn_lgdt, "lgdt zeroes"
	insn	insn_lidt, "lidt zeroes"
	insn	insn_lldt, "lldt %ax"
	insn	insn_ltr, "ltr %ax"
	insn	insn_lmsw, "lmsw %ax"
	insn	insn_invlpg, "invlpg (%eax)"
	insn	insn_invd, "invd"
	insn	insn_rdpmc, "xorl %ecx, %ecx; rdpmc"
	insn	insn_sysexit, "sysexit"
	insn	insn_sysenter, "sysenter"
	insn	insn_write_cr3, "movl %eax, %cr3"
	insn	insn_write_cr4, "movl %eax, %cr4"
	insn	insn_write_dr0, "movl %eax, %db0"
	insn	insn_write_dr7, "movl %eax, %db7"
	insn	insn_in, "movl %eax, %edx; inb %dx, %al"
	insn	insn_out, "movl %eax, %edx; xorl %eax, %eax; outb %al, %dx"
	insn	insn_outl, "movl %eax, %edx; xorl %eax, %eax; outl %eax, %dx"
	insn	insn_out_imm, "outb %al, $0x80"

	.globl	insn_ins, insn_outs
insn_ins:
	movl	4(%esp), %edx
	pushl	%edi
	leal	-64(%esp), %edi
	movl	$4, %ecx
	rep	insb
	popl	%edi
	ret
insn_outs:
	movl	4(%esp), %edx
	pushl	%esi
	movl	$zeroes, %esi
	movl	$4, %ecx
	rep	outsb
	popl	%esi
	ret

	insn	insn_load_ds, "movl %eax, %ds"
	insn	insn_load_es, "movl %eax, %es"
	insn	insn_load_fs, "movl %eax, %fs"
	insn	insn_load_gs, "movl %eax, %gs"
	insn	insn_load_ss, "movl %eax, %ss"
	insn	insn_pop_ds, "pushl %eax; popl %ds"
	insn	insn_lfs, "pushl %eax; pushl $0; lfs (%esp), %ecx"

/* Far transfers to the selector in the argument, at an address that would come straight back. */
	.globl	insn_far_jump, insn_far_call, insn_far_return, insn_iret
insn_far_jump:
	pushl	4(%esp)
	pushl	$1f
	ljmp	*(%esp)
1:	addl	$8, %esp
	ret
insn_far_call:
	pushl	4(%esp)
	pushl	$1f
	lcall	*(%esp)
1:	addl	$16, %esp
	ret
insn_far_return:
	pushl	4(%esp)
	pushl	$1f
	lret
1:	ret
insn_iret:
	pushl	$0x202
	pushl	8(%esp)
	pushl	$1f
	iret
1:	ret

/* u32 insn_popf(u32 set): flags before XOR flags after trying to set these. */
	.globl	insn_popf, insn_iret_flags, insn_iret_nested, insn_int
insn_popf:
	pushfl
	popl	%ecx
	movl	%ecx, %eax
	xorl	4(%esp), %eax
	pushl	%eax
	popfl
	pushfl
	popl	%eax
	pushl	%ecx
	popfl
	xorl	%ecx, %eax
	ret
/* The same by a native iret within ring 1. */
insn_iret_flags:
	pushfl
	popl	%ecx
	movl	%ecx, %eax
	xorl	4(%esp), %eax
	pushl	%eax
	pushl	%cs
	pushl	$1f
	iret
1:	pushfl
	popl	%eax
	pushl	%ecx
	popfl
	xorl	%ecx, %eax
	ret
/* iret with NT set returns to the task that the TSS links to. */
insn_iret_nested:
	pushfl
	orl	$0x4000, (%esp)
	popfl
	iret
/* int n, with n from the argument: the instruction is assembled for each. */
insn_int:
	movl	4(%esp), %eax
	leal	int_table(,%eax,4), %eax
	jmp	*%eax
	.balign	4
int_table:
	.set	n, 0
	.rept	256
	.byte	0xCD, n, 0xC3, 0x90
	.set	n, n + 1
	.endr

	.data
	.globl	zeroes
	.balign	8
zeroes:
	.space	16

	.section .note.GNU-stack, "", @progbits

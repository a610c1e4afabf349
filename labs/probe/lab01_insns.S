/*
 * lab01_insns.S: one function for each system instruction, and for a few that are none: u32 f(void)
 * with what it shows in EAX. `samples` lists them. The C side fills in the selectors.
 */
	.macro sample name
	.pushsection .rodata
9:	.asciz	"\name"
	.popsection
	.pushsection .rodata.samples, "a"
	.long	9b, insn_\name, at_\name
	.popsection
	.globl	insn_\name, at_\name
insn_\name:
	.endm
	.section .rodata.samples, "a"
	.globl	samples, samples_end
samples:
	.text

	/* Interrupt flag and I/O privilege level. */
	sample	pushf
at_pushf:
	pushfl
	popl	%eax
	andl	$0x3200, %eax
	ret
	sample	popf
	pushl	$0x3002
at_popf:
	popfl
	pushfl
	popl	%eax
	andl	$0x3000, %eax
	pushl	$2
	popfl
	ret
	/* Where the tables are. */
	sample	sgdt
at_sgdt:
	sgdtl	table_register
	movzwl	table_register, %eax
	ret
	sample	sidt
at_sidt:
	sidtl	table_register
	movzwl	table_register, %eax
	ret
	sample	sldt
at_sldt:
	sldt	%eax
	ret
	sample	str
at_str:
	str	%eax
	ret
	sample	smsw
at_smsw:
	smsw	%eax
	ret
	/* What a descriptor says. */
	sample	lar
	xorl	%eax, %eax
at_lar:
	larl	sample_segment, %eax
	ret
	sample	lsl
	xorl	%eax, %eax
at_lsl:
	lsll	sample_segment, %eax
	ret
	sample	verr
	movl	sample_data, %ecx
	orl	$1, %ecx
	xorl	%eax, %eax
at_verr:
	verr	%cx
	setz	%al
	ret
	sample	verw
	movl	sample_data, %ecx
	orl	$1, %ecx
	xorl	%eax, %eax
at_verw:
	verw	%cx
	setz	%al
	ret
	/* The ring, in CS and SS. */
	sample	mov_from_cs
at_mov_from_cs:
	movl	%cs, %eax
	andl	$3, %eax
	ret
	sample	mov_from_ss
at_mov_from_ss:
	movl	%ss, %eax
	andl	$3, %eax
	ret
	sample	push_cs
at_push_cs:
	pushl	%cs
	popl	%eax
	andl	$3, %eax
	ret
	sample	push_ss
at_push_ss:
	pushl	%ss
	popl	%eax
	andl	$3, %eax
	ret
	sample	call_far
at_call_far:
	lcall	*far_target
	ret
	.globl	far_here
far_here:
	movl	4(%esp), %eax
	andl	$3, %eax
	lret
	/* Where ring 0 would mind an RPL of 1. */
	sample	jmp_far
	movl	far_jump + 4, %eax
	orl	$1, far_jump + 4
	xorl	%eax, %eax
at_jmp_far:
	ljmp	*far_jump
	.globl	far_landing
far_landing:
	ret
	sample	ret_far
	movl	far_jump + 4, %eax
	orl	$1, %eax
	pushl	%eax
	pushl	$1f
	xorl	%eax, %eax
at_ret_far:
	lret
1:	ret
	sample	mov_to_es
	movl	%es, %edx
	movl	sample_load, %eax
at_mov_to_es:
	movl	%eax, %es
	movl	%edx, %es
	andl	$3, %eax
	ret
	sample	pop_es
	movl	%es, %edx
	pushl	sample_load
at_pop_es:
	popl	%es
	movl	%es, %eax
	movl	%edx, %es
	andl	$3, %eax
	ret
	sample	les
	movl	%es, %edx
at_les:
	les	sample_pointer, %eax
	movl	%es, %eax
	movl	%edx, %es
	andl	$3, %eax
	ret
	sample	iret
	pushl	$0x3002
	pushl	%cs
	pushl	$1f
at_iret:
	iretl
1:	pushfl
	popl	%eax
	andl	$0x3000, %eax
	pushl	$2
	popfl
	ret
	sample	int_n
at_int_n:
	int	$0x80
	ret

	sample	cli
at_cli:
	cli
	ret
	sample	sti
at_sti:
	sti
	cli
	ret
	sample	lgdt
	sgdtl	table_register
at_lgdt:
	lgdtl	table_register
	ret
	sample	lidt
	sidtl	table_register
at_lidt:
	lidtl	table_register
	ret
	sample	lldt
	sldt	%eax
at_lldt:
	lldt	%ax
	ret
	sample	ltr
	movl	sample_tss, %eax
at_ltr:
	ltr	%ax
	ret
	sample	lmsw
	smsw	%eax
at_lmsw:
	lmsw	%ax
	ret
	sample	clts
at_clts:
	clts
	ret
	sample	invlpg
at_invlpg:
	invlpg	(%esp)
	ret
	sample	mov_from_cr0
at_mov_from_cr0:
	movl	%cr0, %eax
	ret
	sample	mov_from_cr2
at_mov_from_cr2:
	movl	%cr2, %eax
	ret
	sample	mov_to_cr2
at_mov_to_cr2:
	movl	%eax, %cr2
	ret
	sample	mov_from_cr3
at_mov_from_cr3:
	movl	%cr3, %eax
	ret
	sample	mov_from_cr4
at_mov_from_cr4:
	movl	%cr4, %eax
	ret
	sample	mov_from_dr
at_mov_from_dr:
	movl	%db7, %eax
	ret
	sample	rdmsr
	movl	$0x10, %ecx
at_rdmsr:
	rdmsr
	movl	$0, %eax
	ret
	sample	wbinvd
at_wbinvd:
	wbinvd
	ret
	sample	in
at_in:
	inb	$0x21, %al
	movzbl	%al, %eax
	ret
	sample	out
	movb	$0xFF, %al
at_out:
	outb	%al, $0x21
	ret

	/* A single step over the call stops at the nop. */
	sample	cpuid
	pushl	%ebx
	xorl	%eax, %eax
at_cpuid:
	cpuid
	popl	%ebx
	ret
	sample	rdtsc
	nop
at_rdtsc:
	rdtsc
	movl	$0, %eax
	ret
	sample	mov_from_ds
	nop
at_mov_from_ds:
	movl	%ds, %eax
	ret
	sample	push_es
	nop
at_push_es:
	pushl	%es
	popl	%eax
	ret
	sample	mov_from_fs
	nop
at_mov_from_fs:
	movl	%fs, %eax
	movl	$0, %eax
	ret
	sample	push_gs
	nop
at_push_gs:
	pushl	%gs
	popl	%eax
	movl	$0, %eax
	ret
	sample	lahf
	xorl	%eax, %eax
at_lahf:
	lahf
	movl	$0, %eax
	ret
	sample	cld
	nop
at_cld:
	cld
	ret
	sample	xchg
	nop
at_xchg:
	xchgl	%eax, sample_scratch
	ret
	.section .rodata.samples, "a"
samples_end:

	.bss
	.globl	table_register, sample_segment, sample_data, sample_tss, sample_pointer, sample_load
	.globl	far_target, far_jump
	.balign	4
table_register:
	.skip	8
sample_segment:
	.skip	4
sample_data:
	.skip	4
sample_tss:
	.skip	4
sample_scratch:
	.skip	4
sample_pointer:
	.skip	4
sample_load:
	.skip	4
far_target:
	.skip	8
far_jump:
	.skip	8
	.section .note.GNU-stack, "", @progbits

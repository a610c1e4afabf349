/*
 * random_insns.S: the system instructions, in ring 0: ECX is a drawn selector, EDX a drawn word, EBX
 * points to 64 drawn bytes, in which a far pointer is being made: its offset by the code itself, its
 * selector is ECX. `far` is 1 for those that go to another code segment, and 2
 * to ring 3.
 */
	.macro	insn name, far=0
	.pushsection .rodata
9:	.asciz	"\name"
	.popsection
	.pushsection .rodata.insns, "a"
	.long	9b, 8f, \far
	.popsection
8:
	.endm
	.macro	one name, text
	insn	\name
	nop				/* where the way here ends: each_insn */
	\text
	jmp	cell_end
	.endm
	.section .rodata.insns, "a"
	.globl	insns, insns_end
insns:
	.text
	one	sgdt, "sgdtl (%ebx)"
	one	sgdt, "sgdtl 2(%ebx,%ebp,4)"
	one	sidt, "sidtl (%ebx)"
	one	sldt, "sldt %eax"
	one	sldt, "sldt %dx"
	one	sldt, "sldt 6(%ebx)"
	one	str, "str %edi"
	one	str, "str %ax"
	one	str, "str 1(%ebx)"
	one	smsw, "smsw %eax"
	one	smsw, "smsw %si"
	one	smsw, "smsw (%ebx)"
	one	lar, "larl %ecx, %eax"
	one	lar, "larw %cx, %ax"
	one	lar, "larl 4(%ebx), %esi"
	one	lar, "larl %ecx, %edx; setz %al"
	one	lsl, "lsll %ecx, %eax"
	one	lsl, "lsll %ecx, %eax"
	one	lsl, "lslw %cx, %dx"
	one	lsl, "lsll 4(%ebx), %edx; setz %al"
	one	verr, "verr %cx; setz %al"
	one	verr, "verr 4(%ebx); setz %al"
	one	verw, "verw %cx; setz %al"
	one	verw, "verw 4(%ebx); setz %al"
	one	mov_from_cs, "movl %cs, %eax"
	one	mov_from_cs, "movw %cs, 2(%ebx)"
	one	mov_from_ss, "movl %ss, %edi"
	one	mov_from_ss, "movw %ss, %ax"
	one	mov_from_ss, "movw %ss, (%ebx)"
	one	push_cs, "pushl %cs; popl %eax"
	one	push_cs, "pushw %cs; popw %ax"
	one	push_ss, "pushl %ss; popl %eax"
	one	push_ss, "pushw %ss; popw %dx"
	one	push_data, "pushl %ds; popl %eax; pushl %es; popl %edx; pushl %fs; popl %esi; pushl %gs; popl %edi"
	one	mov_to_seg, "movl %ecx, %es; movl %es, %eax"
	one	mov_to_seg, "movl %ecx, %ds"
	one	mov_to_seg, "movl %ecx, %fs"
	one	mov_to_seg, "movw 4(%ebx), %gs"
	one	mov_to_ss, "movl %ecx, %ss; movl %ss, %eax"
	one	mov_to_ss, "movw 4(%ebx), %ss; nop"
	one	pop_seg, "pushl %ecx; popl %ds"
	one	pop_seg, "pushl %ecx; popl %es"
	one	pop_seg, "pushl %ecx; popl %fs"
	one	pop_seg, "pushw %cx; popw %gs"
	one	pop_ss, "pushl %ecx; popl %ss; nop"
	one	les, "lesl (%ebx), %eax"
	one	les, "lesw 2(%ebx), %ax"
	one	lds, "ldsl (%ebx), %edi"
	one	lfs, "lfsl (%ebx), %edx"
	one	lgs, "lgsl (%ebx), %esi"
	one	lgs, "lgsw 2(%ebx), %si"
	insn	lss
	movl	%esp, (%ebx)
	lssl	(%ebx), %esp
	jmp	cell_end
	insn	call_far, 1
	movl	$1f, (%ebx)
	lcall	*(%ebx)
1:	popl	%eax
	popl	%edx
	jmp	cell_end
	insn	call_far
	lcall	$0x08, $1f
1:	popl	%eax
	popl	%edx
	jmp	cell_end
	insn	jmp_far, 1
	movl	$1f, (%ebx)
	ljmp	*(%ebx)
1:	movl	%cs, %eax
	jmp	cell_end
	insn	ret_far, 1
	pushl	$0x23
	pushl	$0x20A000
	pushl	%ecx
	pushl	$1f
	lretl
1:	movl	%cs, %eax
	jmp	cell_end
	insn	ret_far, 1
	pushl	$0x23
	pushl	$0x20A000
	addl	$-8, %esp
	pushl	%ecx
	pushl	$1f
	lretl	$8
1:	jmp	cell_end
	insn	iret, 1
	pushl	$0x23
	pushl	$0x20A000
	pushl	$2
	pushl	%ecx
	pushl	$1f
	iretl
1:	movl	%cs, %eax
	jmp	cell_end
	insn	iret, 2
	pushl	%ecx
	pushl	$0x20A000
	pushl	$2
	pushl	$0x1B
	pushl	$1f
	iretl
1:	movl	%ss, %eax
	movl	%ds, %edx
	jmp	cell_end
	/* Privileged, and nothing between that would have to be stopped at. */
	.globl	privileged, privileged_end
privileged:
	one	mov_from_cr0, "movl %cr0, %eax"
	one	mov_from_cr2, "movl %edx, %cr2; movl %cr2, %edi"
	one	mov_from_cr3, "movl %cr3, %esi"
	one	mov_from_cr4, "movl %cr4, %eax"
	one	mov_to_cr0, "movl %cr0, %eax; andl $8, %edx; xorl %edx, %eax; movl %eax, %cr0; movl %cr0, %edi"
	one	mov_to_cr3, "movl %cr3, %eax; movl %eax, %cr3"
	one	mov_to_cr4, "movl %cr4, %eax; movl %eax, %cr4"
	one	clts, "clts; movl %cr0, %eax"
	one	lmsw, "andl $8, %edx; orl $0x31, %edx; lmsw %dx; movl %cr0, %eax"
	one	mov_dr, "movl %edx, %db1; movl %db1, %eax"
	one	mov_dr, "movl %db6, %eax; movl %db7, %edi"
	one	lldt, "lldt %cx"
	one	lldt, "lldt 4(%ebx)"
	one	ltr, "orl $8, %ecx; ltr %cx"	/* not a null one, which QEMU would load */
	one	invlpg, "invlpg (%ebx)"
	one	wbinvd, "wbinvd; invd"
	one	msr, "movl $0x10, %ecx; rdmsr; wrmsr; xorl %eax, %eax; xorl %edx, %edx"
	one	in, "inb $0x21, %al"
	one	out, "outb %al, $0x80; movl $0x21, %edx; inb %dx, %al"
	one	cli, "cli; nop"
	one	sti, "sti; nop; cli"
privileged_end:
	.section .rodata.insns, "a"
insns_end:
	.section .note.GNU-stack, "", @progbits

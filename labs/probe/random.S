/*
 * random.S: the random probe's start, its way into a cell and out of it. A cell is a few drawn
 * instructions; it ends by an exception or interrupt, or at cell_end, which needs neither.
 */
#include "start.S"
	start_at random_start

/* void enter_cell(void): as `start` says, by iret: the only way to ring 3 and to any EFLAGS. */
	.globl	enter_cell
enter_cell:
	pushal
	movl	%esp, own_esp
	testl	$3, start + 36		/* cs */
	jnz	1f
	movl	start + 44, %eax	/* within ring 0 an iret does not change stacks */
	movl	%eax, %ss
	movl	start + 40, %esp
	jmp	2f
1:	pushl	start + 44
	pushl	start + 40
2:	pushl	start + 32		/* eflags */
	pushl	start + 36
	pushl	start + 48		/* eip */
	jmp	3f
/* void jump_cell(void): the same in ring 0, on the flat stack, with the flags as they are. */
	.globl	jump_cell
jump_cell:
	pushal
	movl	%esp, own_esp
	movl	start + 40, %esp
	pushl	start + 48
	movl	$return_to_cell, %eax
	jmp	4f
3:	movl	$iret_to_cell, %eax
4:	movl	%eax, way
	movl	start + 4, %ecx
	movl	start + 8, %edx
	movl	start + 12, %ebx
	movl	start + 20, %ebp
	movl	start + 24, %esi
	movl	start + 28, %edi
	movl	start + 52, %eax
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	start + 0, %eax
	jmp	*way
return_to_cell:
	ret
iret_to_cell:
	pushl	start + 52
	popl	%ds
	iretl

/* Where a cell ends that has come to its end: all general registers are kept, but not EFLAGS. */
	.globl	cell_end
cell_end:
	pushl	$0			/* where `trapped` has EFLAGS */
	pushl	$0x100			/* no vector */
	pushal
	pushl	%ds
	pushl	%es
	pushl	%fs
	pushl	%gs
	pushl	$0
	jmp	out

	.globl	trapped
trapped:
	pushal
	pushl	%ds
	pushl	%es
	pushl	%fs
	pushl	%gs
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	look_at_flags, %ecx	/* none of this changes EFLAGS */
	jecxz	1f
	pushfl
	jmp	out
1:	pushl	$0
out:
	movl	$0x10, %eax
	movl	%eax, %ds
	cld
	ljmp	$0x08, $1f		/* a cell may have gone to another */
1:	movl	%ss, %edx
	movl	%edx, end_ss
	movl	%esp, end_esp
	popl	end_flags
	.irp	n, 0, 1, 2, 3
	popl	end_segs + 4 * \n
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	popl	end_regs + 4 * \n
	.endr
	popl	end_vec
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	testl	$0xFFF, %esp		/* behind it may be nothing */
	jz	2f
	popl	end_words + 4 * \n
	.endr
2:
	movl	%eax, %es
	movl	%eax, %ss
	movl	own_esp, %esp
	popal
	ret

	.data
	.globl	look_at_flags
look_at_flags:
	.long	0

	.bss
	.globl	start, end_vec, end_flags, end_esp, end_ss, end_segs, end_regs, end_words
	.balign	4
start:	.skip	56
own_esp: .skip	4
way:	.skip	4
end_vec: .skip	4
end_flags: .skip 4
end_esp: .skip	4
end_ss:	.skip	4
end_segs: .skip	16
end_regs: .skip	32
end_words: .skip 32
	.balign	4096
	.skip	16384
	.globl	stack_top
stack_top:

	.section .note.GNU-stack, "", @progbits

/* asm.S: the beginnings, in protected and in real mode, and the ways into the kernel. */
#include "mp.h"
#include "macros.S"

	multiboot_header

	.text
	.globl	_start
_start:
	cld
	movl	$stacks + STACK_SIZE, %esp
	pushl	16(%ebx)	/* multiboot_info.cmdline */
	call	begin
	ud2

/* A further processor. */
	.globl	cpu_entry
cpu_entry:
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	starting, %esp
	incl	%esp
	imull	$STACK_SIZE, %esp
	addl	$stacks, %esp
	cld
	call	begin_cpu
	ud2

/* It is copied to TRAMPOLINE; behind it lies what lgdt reads. In the file it is data: what
 * is scanned as code there must not be copied. */
	.section .rodata
	.code16
	.globl	trampoline, trampoline_stack, trampoline_end
trampoline:
	cli
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	0xFF8
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$SEL_CODE, $cpu_entry
/* The same in another way: on the page behind, with a stack, and by far transfers. */
	.balign	256
trampoline_stack:
	cli
	xorw	%ax, %ax
	movw	%ax, %ss
	movw	$TRAMPOLINE + 0xF00, %sp
	ljmpw	$(TRAMPOLINE + 0x1000) >> 4, $1f - trampoline_stack
1:	pushw	$TRAMPOLINE >> 4
	popw	%ds
	pushw	%cs
	popw	%es
	movw	%es, %ax
	call	2f
	lcallw	$(TRAMPOLINE + 0x1000) >> 4, $3f - trampoline_stack
	lgdtl	0xFF8
	movw	$1, %ax
	lmsw	%ax
	jmp	4f
4:	ljmpl	$SEL_CODE, $cpu_entry
2:	retw
3:	lretw
trampoline_end:
	.code32
	.text

	.macro	load_me reg
	movl	%esp, \reg
	andl	$~(STACK_SIZE - 1), \reg
	.endm

	.globl	page_fault, not_there, watchpoint, tick, system_call, spurious, unexpected
/* An access that may fault says where to go on. */
page_fault:
	addl	$4, %esp
	pushl	%eax
	pushl	%edx
	load_me	%edx
	incl	ME_FAULTS(%edx)
	movl	ME_GO_ON(%edx), %eax
	movl	%eax, 8(%esp)
	popl	%edx
	popl	%eax
	iret
not_there:
	pushl	%edx
	load_me	%edx
	incl	ME_NOT_THERE(%edx)
	clts
	popl	%edx
	iret
watchpoint:
	pushl	%edx
	load_me	%edx
	incl	ME_WATCHED(%edx)
	popl	%edx
	iret
/* The PIC's timer. */
tick:
	pushl	%eax
	pushl	%edx
	load_me	%edx
	incl	%ss:ME_TICKS(%edx)	/* in ring 3, ds is null */
	movb	$0x20, %al
	outb	%al, $0x20
	popl	%edx
	popl	%eax
spurious:
	iret
unexpected:
	pushl	$0
	jmp	unexpected_c

	.macro	handler name, function
	.globl	\name
\name:
	pushal
	pushl	%ds
	pushl	%es
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	cld
	call	\function
	popl	%es
	popl	%ds
	popal
	iret
	.endm
	handler	letter_entry, letter_c
	handler	flush_entry, flush_c
	handler	alarm_entry, alarm_c

/* void ring3_trip(const u8 *to, struct me *m, u32 loops) */
	.globl	ring3_trip
ring3_trip:
	pushal
	movl	36(%esp), %eax
	movl	40(%esp), %ebx
	movl	44(%esp), %ecx
	movl	%esp, ME_KERNEL_SP(%ebx)
	pushl	$SEL_DATA_3
	pushl	$0
	pushfl
	pushl	$SEL_CODE_3
	pushl	%eax
	iret
system_call:
	load_me	%edx
	cmpl	%edx, %ebx
	je	1f
	ud2
1:	movl	%ss:ME_KERNEL_SP(%ebx), %esp	/* ds is null: ring 3 may not have had it */
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	popal
	sti
	ret

	.section .user, "ax"
	.globl	user_begin, user_end, ring3
user_begin:
ring3:	loop	ring3
	int	$VEC_CALL
	.balign	4096
user_end:

	.bss
	.balign	STACK_SIZE
	.globl	stacks
stacks:
	.space	STACK_SIZE * 8

	.section .note.GNU-stack, "", @progbits

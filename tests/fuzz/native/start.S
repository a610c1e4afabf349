/*
 * start.S: the way into the random guest for shadow mode (Multiboot 1), its descriptor tables, and
 * probe(): running one snippet in ring 0 or ring 3 until its int $0x80 or an exception.
 */
#include "macros.S"

#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define USER_CS 0x1B
#define USER_DS 0x23
#define TSS_SEL 0x28
#define STACK_SIZE 16384

	multiboot_header

	.text
	.globl _start
_start:
	cli
	cld
	movl	$stack_top, %esp
	movl	%ebx, %esi		/* Multiboot information */
	call	fill_tables
	lgdt	gdtr
	ljmp	$KERNEL_CS, $1f
1:	movl	$KERNEL_DS, %eax
	movl	%eax, %ss
	movl	$USER_DS, %eax		/* both rings keep this one: pages guard the kernel */
	movl	%eax, %ds
	movl	%eax, %es
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	lidt	idtr
	movl	$TSS_SEL, %eax
	ltr	%ax
	pushl	%esi
	call	native_main

/* The addresses in the TSS's descriptor and in the IDT, which the linker cannot split. */
fill_tables:
	movl	$tss, %eax
	movw	%ax, gdt + TSS_SEL + 2
	shrl	$16, %eax
	movb	%al, gdt + TSS_SEL + 4
	movb	%ah, gdt + TSS_SEL + 7
	movl	$trap_stubs, %eax
	movl	$idt, %edi
	movl	$32, %ecx
2:	call	fill_gate
	addl	$16, %eax
	loop	2b
	movl	$trap_stub_80, %eax
	movl	$idt + 0x80 * 8, %edi
	call	fill_gate
	orb	$0x60, idt + 0x80 * 8 + 5
	ret
fill_gate:
	movw	%ax, (%edi)
	movw	$KERNEL_CS, 2(%edi)
	movl	%eax, %edx
	movw	$0x8E00, %dx
	movl	%edx, 4(%edi)
	addl	$8, %edi
	ret

/* u32 probe(u32 code, u32 ring) */
	.globl	probe
probe:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	%esp, probe_esp
	movl	20(%esp), %eax
	movl	probe_regs, %ebx
	movl	probe_regs + 4, %edx
	movl	probe_regs + 8, %ecx
	cmpl	$0, 24(%esp)
	jne	3f
	jmp	*%eax
3:	pushl	$USER_DS
	pushl	$0			/* snippets use no stack */
	pushl	$0x2
	pushl	$USER_CS
	pushl	%eax
	iret

/* One stub for each vector; none returns: each ends the probe. */
	trap_stub_table 32
trap_stub_80:
	trap_stub 0x80
trap_common:
	cld
	movl	%edx, probe_regs + 4
	movl	%ecx, probe_regs + 8
	popl	%eax			/* vector */
	popl	trap_err
	popl	trap_eip
	popl	trap_cs
	popl	trap_eflags
	movl	%cr2, %edx
	movl	%edx, trap_cr2
	cmpl	$0, probe_esp
	je	4f
	movl	probe_esp, %esp
	movl	$0, probe_esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
4:	pushl	%eax
	call	unexpected_trap

	.data
	.balign	4096			/* of its own: whoever watches a table watches its page */
gdt:	.quad	0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF, 0x00CFFB000000FFFF, 0x00CFF3000000FFFF
	.quad	0x0000890000000067
	.balign	4096
idt:	.space	2048
	.balign	4096
tss:	.long	0, trap_stack_top, KERNEL_DS
	.space	104 - 12 - 2
	.word	104
	.balign	4096
gdtr:	.word	6 * 8 - 1
	.long	gdt
	.balign	4
idtr:	.word	2047
	.long	idt

	.bss
	.balign	4096
	.globl	probe_regs, trap_cr2, trap_err, trap_eip, trap_cs, trap_eflags
probe_regs: .space 12
trap_cr2: .space 4
trap_err: .space 4
trap_eip: .space 4
trap_cs: .space 4
trap_eflags: .space 4
probe_esp: .space 4
	.balign	4096
	.space	STACK_SIZE
stack_top:
	.space	4096
trap_stack_top:

	.section .note.GNU-stack, "", @progbits

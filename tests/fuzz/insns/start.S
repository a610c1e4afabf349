/*
 * start.S: the way into the guest of random instructions (Multiboot 1), and run(): one instruction
 * with all registers as `in` says, to the trap that ends it, and all registers as `out` then has them.
 * The order of both is struct regs of insns.h.
 */
#include "macros.S"

#define EAX 0
#define ECX 4
#define EDX 8
#define EBX 12
#define EBP 16
#define ESI 20
#define EDI 24
#define ESP 28
#define EIP 32
#define EFLAGS 36
#define CS 40
#define SS 44
#define DS 48
#define ES 52
#define FS 56
#define GS 60
#define VEC 64
#define ERR 68
#define AT 72
#define KERNEL_CS 0x08
#define KERNEL_DS 0x10

	multiboot_header

	.text
	.globl _start
_start:
	cli
	cld
	movl	$boot_stack_top, %esp
	pushl	%ebx
	call	insns_main

	load_segments_function KERNEL_CS, KERNEL_DS

/* void run(void) */
	.globl	run
run:
	pushal
	movl	%esp, saved_esp
	testl	$3, in + CS
	jnz	1f
	movl	in + SS, %eax		/* an iret within ring 0 leaves the stack as it is */
	movl	in + ESP, %ecx
	movl	%eax, %ss
	movl	%ecx, %esp
	jmp	2f
1:	pushl	in + SS
	pushl	in + ESP
2:	pushl	in + EFLAGS
	pushl	in + CS
	pushl	in + EIP
	movl	in + ECX, %ecx
	movl	in + EDX, %edx
	movl	in + EBX, %ebx
	movl	in + EBP, %ebp
	movl	in + ESI, %esi
	movl	in + EDI, %edi
	movl	in + FS, %eax
	movl	%eax, %fs
	movl	in + GS, %eax
	movl	%eax, %gs
	movl	in + ES, %eax
	movl	%eax, %es
	movl	in + DS, %eax
	pushl	in + EAX
	movl	%eax, %ds
	popl	%eax
	iret

/* One stub for each vector; none returns. */
	trap_stub_table 256

/* The stack's base is 0, whatever else it is. */
trap_common:
	movl	%eax, %ss:out + EAX
	movl	%ecx, %ss:out + ECX
	movl	%ss, %eax
	movl	%eax, %ss:out + SS
	movl	$KERNEL_DS, %eax
	lar	%ss:out + SS, %ecx	/* a small stack's pointer has 16 bits */
	movw	%ds, %ss:out + DS
	movw	%es, %ss:out + ES
	movl	%eax, %ds
	movl	%eax, %es
	testl	$0x400000, %ecx
	jnz	3f
	movl	%eax, %ss
	movzwl	%sp, %esp
	jmp	4f
3:	movl	%eax, %ss
4:	cld
	movl	%edx, out + EDX
	movl	%ebx, out + EBX
	movl	%ebp, out + EBP
	movl	%esi, out + ESI
	movl	%edi, out + EDI
	movw	%fs, out + FS
	movw	%gs, out + GS
	movl	%esp, out + AT
	popl	out + VEC
	popl	out + ERR
	popl	out + EIP
	popl	out + CS
	popl	out + EFLAGS
	testl	$3, out + CS
	jnz	5f
	movl	%esp, out + ESP
	jmp	6f
5:	popl	out + ESP
	popl	out + SS
6:	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	saved_esp, %esp
	popal
	pushl	$2
	popfl
	ret

/*
 * Code that a test writes here lies in an executable section. Around it are long instructions: each write
 * has the hypervisor read the section again. (add imm32, disp8(%eax), with a prefix: of eight bytes.)
 */
	.balign	4096
	.globl	text_page
text_page:
	.rept	512
	.byte	0x3E, 0x81, 0x40, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC
	.endr

	.bss
	.balign	4096
	.globl	in, out, kernel_stack_top
in:	.space	76
out:	.space	76
saved_esp: .space 4
	.balign	4096
	.space	8192
kernel_stack_top:
	.space	16384
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

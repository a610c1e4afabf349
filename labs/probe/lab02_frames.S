/*
 * lab02_frames.S: handlers that note what they find, for the frames of direct mode; and the
 * instructions that bring them about, in ring 1 and ring 3: one each, 16 bytes apart. EAX is the
 * address that is touched.
 */
#define __ASSEMBLER__ 1
#include <trapline/xen/xen.h>

	.text
	.macro	handler vec
	.globl	frame_\vec
frame_\vec:
	movl	%esp, seen_esp
	pushfl
	popl	seen_eflags
	movl	$\vec, seen_vec
	jmp	note
	.endm
	handler	0
	handler	1
	handler	6
	handler	13
	handler	14
	handler	200

note:
	cld
	movl	$FLAT_RING1_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	seen_esp, %esi
	movl	$seen_words, %edi
	movl	$8, %ecx
	rep movsl
	movl	trap_return_esp, %esp
	jmp	*trap_return

/* void fault_here(struct frames_run *): eip, esp, eflags, eax: in ring 1, on that stack. */
	.globl	fault_here
fault_here:
	movl	4(%esp), %edx
	movl	4(%edx), %esp
	movl	12(%edx), %eax
	pushl	8(%edx)
	popfl
	jmp	*(%edx)

	.balign	4096
	.globl	causes
causes:
	.macro	cause text
	.balign	16
	\text
	ud2
	.endm
	cause	"movl (%eax), %ecx"
	cause	"movl %eax, (%eax)"
	cause	"ud2"
	cause	".byte 0xD4, 0x00"	/* aam 0: #DE */
	cause	"int $200"
	cause	"int $202"		/* which has no handler: #GP */
	.balign	4096

	.bss
	.balign	4
	.globl	seen_vec, seen_esp, seen_eflags, seen_words
seen_vec: .skip 4
seen_esp: .skip 4
seen_eflags: .skip 4
seen_words: .skip 32

	.section .note.GNU-stack, "", @progbits

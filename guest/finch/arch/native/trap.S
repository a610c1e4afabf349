/*
 * trap.S (native): the way into the kernel and back.
 *
 * Every entry builds a struct trapframe (arch.h) and calls trap(). Segment registers are neither
 * saved nor loaded: see desc.c, and general_protection below for who abuses that.
 */
#include "arch.h"

/* Vectors for which the processor pushes an error code (SDM 3A, 6.13). */
#define HAS_ERROR_CODE(n) ((n) == 8 || ((n) >= 10 && (n) <= 14) || (n) == 17)

	.text
	.altmacro

/* ESP: [err] eip cs eflags (esp ss) */
	.macro	ENTRY n
trap_\n:
	.if	HAS_ERROR_CODE(\n) == 0
	pushl	$0
	.endif
	pushl	$0				/* no cr2 */
	.if	(\n >= IRQ_BASE) && (\n < (IRQ_BASE + 16))
	pushl	$(TRAP_INTERRUPT + \n - IRQ_BASE)
	.else
	pushl	$\n
	.endif
	jmp	enter_kernel
	.endm

	.set	n, 0
	.rept	256
	.if	n != 13 && n != 14
	ENTRY	%n
	.endif
	.set	n, n + 1
	.endr

/*
 * Page fault. CR2 is read before anything else is done: another fault would overwrite it.
 * ESP: err eip cs eflags (esp ss)
 */
trap_14:
	pushl	%eax
	movl	%cr2, %eax
	xchgl	%eax, (%esp)
	pushl	$TRAP_PAGE_FAULT
enter_kernel:
	pushal
	cld					/* the compiler's code expects it */
	pushl	%esp
	call	trap
	addl	$4, %esp

	.globl	trap_return			/* ESP: a struct trapframe */
trap_return:
	popal
	addl	$12, %esp			/* vec, cr2, err */
	iret

/*
 * General protection. An application may have loaded something useless into DS or ES before it
 * entered the kernel, whose first use of it ends up here: put the flat segment back, try again.
 * ESP: err eip cs eflags (esp ss)
 */
trap_13:
	testb	$3, 8(%esp)
	jnz	1f				/* the application's own doing */
	pushl	%eax
	movl	%ds, %eax
	cmpw	$USER_DS, %ax
	jne	2f
	movl	%es, %eax
	cmpw	$USER_DS, %ax
	jne	2f
	popl	%eax
1:	pushl	$0
	pushl	$13
	jmp	enter_kernel
2:	movl	$USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	popl	%eax
	addl	$4, %esp
	iret

	.section .rodata
	.globl	trap_entries
	.macro	ADDRESS n
	.long	trap_\n
	.endm
trap_entries:
	.set	n, 0
	.rept	256
	ADDRESS	%n
	.set	n, n + 1
	.endr

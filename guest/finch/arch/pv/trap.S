/*
 * trap.S (pv): the way into the kernel and back.
 *
 * The hypervisor builds the frames that a processor would build, on the ring-1 stack, with two
 * differences: bits 16 to 23 of the CS word hold the event mask of the interrupted code, and a
 * page fault's frame begins with the fault address. Segment registers stay as they are, see
 * start.S and trap_13.
 */
#include "arch.h"

#define EVENT_PENDING (shared_page + 0)
#define EVENT_MASK (shared_page + 1)
#define FAULT_ADDRESS (shared_page + 8)

#define HAS_ERROR_CODE(n) (((n) == 8) || (((n) >= 10) && ((n) <= 14)) || ((n) == 17))
#define PROBE_ADDRESS 0x1000 /* nothing is mapped there */

	.text
	.altmacro

/* ESP: [err] eip cs eflags (esp ss) */
	.macro	ENTRY n
trap_\n:
	.if	HAS_ERROR_CODE(\n) == 0
	pushl	$0
	.endif
	pushl	$0				/* no cr2 */
	pushl	$\n
	jmp	enter_kernel
	.endm

	.set	n, 0
	.rept	20
	.if	(n != 13) && (n != 14)
	ENTRY	%n
	.endif
	.set	n, n + 1
	.endr

/* A system call, straight from ring 3. DS may be the application's, SS is ours. */
	.globl	trap_syscall
trap_syscall:
	movb	$1, %ss:EVENT_MASK
	pushl	$0
	pushl	$0
	pushl	$TRAP_SYSCALL
	jmp	enter_kernel

/* Xen 3's page fault. ESP: err eip cs eflags (esp ss) */
	.globl	trap_page_fault_xen3
trap_page_fault_xen3:
	pushl	%ss:FAULT_ADDRESS
/* ESP: cr2 err eip cs eflags (esp ss) */
trap_14:
	pushl	$TRAP_PAGE_FAULT
enter_kernel:
	pushal
	cld					/* the compiler's code expects it */
	pushl	%esp
	call	trap
	addl	$4, %esp

/*
 * ESP: a struct trapframe. Events are masked. They are let in again on the way to an application,
 * and to kernel code that had them unmasked.
 */
	.globl	trap_return
trap_return:
	popal
	addl	$12, %esp			/* vec, cr2, err */
	testb	$2, 4(%esp)			/* CS of ring 3? */
	jnz	unmask
	testb	$1, 6(%esp)			/* the mask as it was */
	jz	unmask
	iret

/*
 * Between the unmasking and the iret an event may come; one that came before has only left its
 * pending bit. In all of this stretch every register already has its final value and ESP points
 * to the frame of the iret, so event_upcall can drop its own small frame and go on as if the
 * event had interrupted the code to which we were about to return: the stack cannot grow.
 */
unmask:
	movb	$0, EVENT_MASK
	cmpb	$0, EVENT_PENDING
	jne	again
	iret
again:
	movb	$1, EVENT_MASK
unmask_end:
	jmp	take_event

/* An event; the hypervisor has masked further ones. ESP: eip cs eflags (esp ss) */
	.globl	event_upcall
event_upcall:
	testb	$2, 4(%esp)
	jnz	take_event
	cmpl	$unmask, (%esp)
	jb	take_event
	cmpl	$unmask_end, (%esp)
	jae	take_event
	addl	$12, %esp
take_event:
	pushl	$0
	pushl	$0
	pushl	$TRAP_INTERRUPT
	jmp	enter_kernel

/* The hypervisor could not load our segment registers: they are constants, so this is a bug. */
	.globl	failsafe
failsafe:
	pushl	$0
	pushl	$0
	pushl	$TRAP_FAILSAFE
	jmp	enter_kernel

/*
 * General protection. An application may have loaded something useless into DS or ES before it
 * entered the kernel, whose first use of it ends up here: put the flat segment back, try again.
 * ESP: err eip cs eflags (esp ss)
 */
trap_13:
	testb	$2, 8(%esp)
	jnz	1f				/* the application's own doing */
	pushl	%eax
	movl	%ds, %eax
	cmpw	$USER_DS, %ax
	jne	2f
	movl	%es, %eax
	cmpw	$USER_DS, %ax
	jne	2f
	popl	%eax
1:	pushl	$0				/* no cr2 */
	pushl	$13
	jmp	enter_kernel
2:	movl	$USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	popl	%eax
	addl	$4, %esp
	iret					/* the kernel has events masked there */

/* u32 probe_page_fault(void): what is on the stack when we fault? */
	.globl	probe_page_fault, trap_page_fault_probe
probe_page_fault:
	movl	PROBE_ADDRESS, %eax
1:	ret
trap_page_fault_probe:
	xorl	%eax, %eax
	cmpl	$PROBE_ADDRESS, (%esp)
	jne	2f
	incl	%eax
	addl	$4, %esp			/* cr2 */
2:	addl	$4, %esp			/* err */
	movl	$1b, (%esp)
	iret

	.section .rodata
	.globl	trap_entries
	.macro	ADDRESS n
	.long	trap_\n
	.endm
trap_entries:
	.set	n, 0
	.rept	20
	ADDRESS	%n
	.set	n, n + 1
	.endr

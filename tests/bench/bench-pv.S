/*
 * bench-pv.S: start, the code that is measured, and the handlers that end a measurement.
 *
 * A measurement is the difference of two readings of the time-stamp counter, of which the lower
 * half is enough. What lies between them besides the thing itself is measured by the overhead_
 * variant of the same macro, and subtracted.
 */
#define __ASSEMBLER__ 1
#include <trapline/xen/xen.h>
#include "bench-pv.h"


	.section __xen_guest
	.asciz	"GUEST_OS=bench,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,PAE=no,LOADER=generic"

	.text
	.globl	_start
_start:
	cld
	movl	$stack_top, %esp
	/* Ring 3's segment serves ring 1 as well, so that going there and back keeps it. */
	movl	$FLAT_RING3_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	pushl	%esi
	call	bench_main

/* u32 time_hypercall(u32 nr, const struct args *) */
	.macro	TIME_HYPERCALL instruction:vararg
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	20(%esp), %eax
	movl	24(%esp), %edx
	movl	%esp, saved_esp			/* for what does not come back: see event_upcall */
	movl	%eax, call_nr
	movl	8(%edx), %eax
	movl	%eax, call_edx
	movl	(%edx), %ebx
	movl	4(%edx), %ecx
	movl	12(%edx), %esi
	rdtsc
	movl	%eax, start
	movl	call_nr, %eax
	movl	call_edx, %edx
	\instruction
	movl	%eax, call_result
	rdtsc
	subl	start, %eax
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
	.endm

	.globl	time_hypercall, overhead_hypercall, time_upcall
time_hypercall:
time_upcall:
	TIME_HYPERCALL int $0x82
overhead_hypercall:
	TIME_HYPERCALL

	.macro	TIME_ACCESS instruction:vararg
	movl	4(%esp), %ecx
	rdtsc
	movl	%eax, start
	movl	8(%esp), %edx
	\instruction
	rdtsc
	subl	start, %eax
	ret
	.endm

	.globl	time_write, time_read, time_mov_cr0, time_clts, overhead_access
time_write:
	TIME_ACCESS movl %edx, (%ecx)
time_read:
	TIME_ACCESS movl (%ecx), %edx
time_mov_cr0:
	TIME_ACCESS movl %cr0, %edx
time_clts:
	TIME_ACCESS clts
overhead_access:
	TIME_ACCESS

/*
 * The event callback: the measurement ends here. Everything about the event is cleared, and
 * time_upcall returns to its caller.
 */
	.globl	event_upcall
event_upcall:
	rdtsc
	subl	start, %eax
	movb	$0, shared			/* evtchn_upcall_pending */
	movl	$0, shared + 4			/* evtchn_pending_sel */
	movl	event_port, %ecx
	lock btrl %ecx, shared + 2048		/* evtchn_pending */
	jmp	unwind

	.globl	failsafe
failsafe:
	ud2

/* u32 run_user(const void *entry) */
	.globl	run_user
run_user:
	movl	4(%esp), %eax
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	%esp, saved_esp
	pushl	$FLAT_RING3_SS
	pushl	$user_page + 4096
	pushfl
	pushl	$FLAT_RING3_CS
	pushl	%eax
	iret

/* The end of what run_user started: by ud2, or straight from a handler. EAX: the result. */
	.globl	leave_user
leave_user:
unwind:
	movl	saved_esp, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

	.globl	fault_measure, kernel_measure, fault_skip, int80_return
/* Of an access in ring 1, on the same stack. */
kernel_measure:
	rdtsc
	subl	start, %eax
	addl	$16, %esp			/* error code, EIP, CS, EFLAGS */
	ret
fault_measure:
	rdtsc
	subl	user_start, %eax
	jmp	unwind
/* As short as a handler that does something can be: it learns the fault address. 7 instructions. */
fault_skip:
	pushl	%eax
	movl	shared + 8, %eax		/* cr2 */
	movl	%eax, fault_address
	popl	%eax
	addl	$4, %esp			/* error code */
	addl	$user_fault_end - user_fault_insn, (%esp)
	iret
int80_return:
	iret

/* The ring-3 page: code, and one word that it writes. */
	.section .user, "awx"
	.balign	4096
	.globl	user_page, user_overhead, user_fault, user_int80, user_int21
user_page:
user_start:
	.long	0
	.macro	TIME_USER instruction:vararg
	rdtsc
	movl	%eax, user_start
	\instruction
	rdtsc
	subl	user_start, %eax
	ud2
	.endm
user_overhead:
	TIME_USER
user_int80:
	TIME_USER int $0x80
user_int21:
	TIME_USER int $0x21
user_fault:
	rdtsc
	movl	%eax, user_start
user_fault_insn:
	movl	UNMAPPED, %ecx
user_fault_end:
	rdtsc
	subl	user_start, %eax
	ud2
	.balign	4096

	.bss
	.balign	4096
	.globl	shared, trap_stack_top, call_result, event_port
shared:
	.skip	4096
	.skip	8192
stack_top:
	.skip	4096
trap_stack_top:				/* for entries from ring 3 */
start:
	.skip	4
call_nr:
	.skip	4
call_edx:
	.skip	4
call_result:
	.skip	4
saved_esp:
	.skip	4
fault_address:
	.skip	4
event_port:
	.skip	4

	.section .note.GNU-stack, "", @progbits

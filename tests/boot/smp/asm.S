/* asm.S: the beginning, and the ways into the kernel. */
#include <trapline/xen/xen.h>
#include "smp.h"

	.section __xen_guest
	.asciz	"GUEST_OS=smp,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,PAE=no,LOADER=generic"

	.text
	.globl	_start, vcpu_entry
_start:
	cld
	movl	$stacks + STACK_SIZE, %esp
	movl	$FLAT_RING3_DS, %eax	/* an iret to ring 3 leaves that as it is */
	movl	%eax, %ds
	movl	%eax, %es
	pushl	%esi
	call	begin
/* A further vcpu: its stack is its own already. */
vcpu_entry:
	cld
	call	begin_vcpu
	ud2

	.macro	load_me reg
	movl	%esp, \reg
	andl	$~(STACK_SIZE - 1), \reg
	.endm

	.globl	page_fault, not_there, watchpoint, upcall, failsafe, fast_call, slow_call
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
	popl	%edx
	iret
watchpoint:
	pushl	%edx
	load_me	%edx
	incl	ME_WATCHED(%edx)
	popl	%edx
	iret
failsafe:
	ud2

/* Back by a hypercall, which unmasks events in one go. */
upcall:
	pushal
	cld
	call	upcall_c
	popal
	pushl	%eax
	movl	$__HYPERVISOR_iret, %eax
	int	$XEN_HYPERCALL_VECTOR

/* void ring3_trip(const u8 *to, struct me *m, u32 loops) */
	.globl	ring3_trip, ring3_fast, ring3_slow, ring3_end
ring3_trip:
	pushal
	movl	36(%esp), %eax
	movl	40(%esp), %ebx
	movl	44(%esp), %ecx
	movl	%esp, ME_RING1_ESP(%ebx)
	pushl	$FLAT_RING3_SS
	pushl	$0
	pushfl
	pushl	$FLAT_RING3_CS
	pushl	%eax
	iret
/* They come in on the stack of the vcpu that was in ring 3, and on no other. */
fast_call:
slow_call:
	load_me	%edx
	cmpl	%edx, %ebx
	je	1f
	ud2
1:	movl	ME_RING1_ESP(%ebx), %esp
	popal
	ret

	.balign	4096
ring3_fast:
	loop	ring3_fast
	int	$VEC_FAST_CALL
ring3_slow:
	loop	ring3_slow
	int	$VEC_SLOW_CALL
	.balign	4096
ring3_end:

	.bss
	.balign	STACK_SIZE
	.globl	stacks
stacks:
	.space	STACK_SIZE * 8

	.section .note.GNU-stack, "", @progbits

/*
 * start.S (pv): the start of day: paging is on, our memory is mapped from KERNEL_BASE on, CS and
 * SS are the flat ring-1 segments, ESI points to the start_info page. ESP is not set.
 */
#include "arch.h"

	.section __xen_guest
	.asciz	"GUEST_OS=finch,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,PAE=no,LOADER=generic"

	.text
	.globl	_start
_start:
	cld
	movl	$boot_stack_top, %esp
	/* One flat segment for both rings, as in the native port: pages guard the kernel. */
	movl	$USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	pushl	%esi
	call	pv_start

	.bss
	.balign	PAGE_SIZE
	.skip	KSTACK_SIZE
boot_stack_top:

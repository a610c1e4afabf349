/*
 * start.S (native): from the boot loader's flat segments to paging (Multiboot 1, section 3).
 *
 * The loader starts us with paging off; everything but this first stretch is linked at KERNEL_BASE
 * above its load address. We map the first 16 MB twice, here and there, and jump over.
 */
#include "arch.h"

#define PHYS(symbol) ((symbol) - KERNEL_BASE)

#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x3 /* modules on page boundaries; tell how much memory there is */

#define PTE_KERNEL (PTE_P | PTE_RW | PTE_A | PTE_D)
#define PDE_KERNEL (PTE_P | PTE_RW | PTE_A)
#define CR0_PG_WP_EM 0x80010004 /* paging; write protection in ring 0; the FPU is not for use */
#define START_TABLES 4

	.section .multiboot, "a"
	.balign	4
	.long	MULTIBOOT_MAGIC
	.long	MULTIBOOT_FLAGS
	.long	-(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.section .start, "ax"
	.globl	_start
_start:
	cli
	cld
	movl	%eax, %ebp			/* the loader's magic; EBX: its information */

	movl	$PHYS(kernel_tables), %edi
	movl	$PTE_KERNEL, %eax
	movl	$(START_TABLES * 1024), %ecx
1:	movl	%eax, (%edi)
	addl	$PAGE_SIZE, %eax
	addl	$4, %edi
	loop	1b

	movl	$PHYS(kernel_directory), %edi
	movl	$(PHYS(kernel_tables) + PDE_KERNEL), %eax
	movl	$START_TABLES, %ecx
2:	movl	%eax, (%edi)			/* at PA, for the instructions until the jump */
	movl	%eax, (KERNEL_BASE >> 20)(%edi)	/* at KERNEL_BASE, for good */
	addl	$PAGE_SIZE, %eax
	addl	$4, %edi
	loop	2b

	movl	$PHYS(kernel_directory), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$CR0_PG_WP_EM, %eax
	movl	%eax, %cr0
	movl	$high, %eax
	jmp	*%eax

	.text
high:
	movl	$boot_stack_top, %esp
	xorl	%eax, %eax
	movl	%eax, %fs			/* nobody uses these two */
	movl	%eax, %gs
	pushl	%ebx
	pushl	%ebp
	call	native_start

	.bss
	.balign	PAGE_SIZE
	.skip	KSTACK_SIZE
boot_stack_top:

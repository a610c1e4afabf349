/*[H01]
 * entry.S: where the boot loader enters (Multiboot 1, 3.2: protected mode, flat segments, no
 * paging), and how the hypervisor gets to its place at the top of the address space.
 */
#define HV_ASM
#include "cpu/layout.h"

#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x3 /* modules page-aligned, memory map wanted */
#define PHYS(sym) ((sym) - HV_LINEAR)
#define CR0_PG_WP_NE 0x80010020
#define CR4_PSE 0x10
#define PDE_LARGE 0xE3 /* P RW A D PS */

	.section .boot, "ax"
	.balign 4
	.long MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.globl _start
_start:
	cli
	cld
	/* The linear map of machine memory, 4 MiB a step, and for a moment the same at 0. */
	movl $PHYS(hv_page_directory), %edi
	movl $PDE_LARGE, %ecx
	movl $(HV_LINEAR_SIZE >> 22), %edx
	leal (HV_LINEAR >> 20)(%edi), %esi
	movl %ecx, (%edi)
1:	movl %ecx, (%esi)
	addl $0x400000, %ecx
	addl $4, %esi
	decl %edx
	jnz 1b
	movl %cr4, %ecx
	orl $CR4_PSE, %ecx
	movl %ecx, %cr4
	movl %edi, %cr3
	movl %cr0, %ecx
	orl $CR0_PG_WP_NE, %ecx
	movl %ecx, %cr0
	movl $high, %ecx
	jmp *%ecx

	.text
high:
	movl $0, hv_page_directory
	movl %cr3, %ecx
	movl %ecx, %cr3
	movl $hv_stack_top, %esp
	xorl %ebp, %ebp
	movl %ebp, %fs /* what a boot loader leaves there is in no GDT of ours */
	movl %ebp, %gs
	movl %ebx, %edx /* multiboot_info; the magic is in EAX: -mregparm=3 */
	call hv_main

	.section .note.GNU-stack, "", @progbits

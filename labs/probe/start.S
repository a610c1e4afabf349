/* start.S: how each probe begins: known to a Multiboot 1 loader, then FUNCTION(multiboot_info). */
	.macro	start_at function
	.section .multiboot, "ax"
	.balign	4
	.long	0x1BADB002, 0, -0x1BADB002

	.text
	.globl	_start
_start:
	cld
	movl	$stack_top, %esp
	pushl	%ebx
	call	\function
	.endm

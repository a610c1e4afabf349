/* triple.S: a kernel without an interrupt table raises an exception: for Multiboot, and for Xen. */
	.section .multiboot, "a"
	.long 0x1BADB002, 3, -(0x1BADB002 + 3)
	.section __xen_guest, ""
	.asciz "GUEST_OS=triple,XEN_VER=xen-3.0,VIRT_BASE=0x00000000,LOADER=generic"
	.text
	.globl _start
_start:	lidt none
	int3
1:	jmp 1b
	.data
none:	.word 0
	.long 0

/* hang.S: a kernel that waits for an interrupt that cannot come. */
	.section .multiboot, "a"
	.long 0x1BADB002, 3, -(0x1BADB002 + 3)
	.text
	.globl _start
_start:	cli
	hlt
	jmp _start

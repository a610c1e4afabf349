/* reset.S: a kernel that asks the keyboard's controller for a reset. */
	.section .multiboot, "a"
	.long 0x1BADB002, 3, -(0x1BADB002 + 3)
	.text
	.globl _start
_start:	mov $0xFE, %al
	out %al, $0x64
1:	jmp 1b

/* loop.S: a kernel that has the same invalid instruction again and again: its handler goes back to it. */
	.section .multiboot, "a"
	.long 0x1BADB002, 3, -(0x1BADB002 + 3)
	.text
	.globl _start
_start:	lgdt gdtr
	ljmp $8, $1f
1:	mov $16, %eax
	mov %eax, %ss
	mov $stack, %esp
	mov $handler, %eax
	mov %ax, ud
	shr $16, %eax
	mov %ax, ud + 6
	lidt idtr
	.globl again
again:	ud2
handler: iret
	.data
	.balign 8
gdt:	.quad 0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF
idt:	.fill 6, 8, 0
ud:	.long 0x00080000, 0x00008E00
gdtr:	.word 23
	.long gdt
idtr:	.word 55
	.long idt
	.fill 64, 4, 0
stack:

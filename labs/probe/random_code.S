/*
 * random_code.S: code to be written over. Two sections that follow each other, the first across the
 * end of a page; around them bytes that are no code. And one of 4000 bytes that is nearly full of
 * pushf, with another behind it.
 */
	.section .before, "a"
	.balign	4096
	.skip	4096 - 256 - 32, 0x9C
	.globl	before_arena
before_arena:
	.fill	32, 1, 0x9C
	.section .arena_a, "ax"
	.globl	arena
arena:
	.fill	640, 1, 0x90
	.section .arena_b, "ax"
	.fill	127, 1, 0x90
	ret
	.section .behind, "a"
	.fill	32, 1, 0x9C
	.section .arena_full, "ax"
	.globl	nearly_full
nearly_full:
	.fill	3500, 1, 0x9C
	.fill	500, 1, 0x90
	.section .arena_rest, "ax"
	.fill	16, 1, 0x90
	ret
	.section .note.GNU-stack, "", @progbits

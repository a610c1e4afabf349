/*
 * random_code.S: code to be written over: two sections that follow each other, the first across the
 * end of a page; around them bytes that are no code. Before them one of 4000 bytes that is nearly
 * full of pushf, and what lies behind that: it ends within an instruction. (Nothing that has to be
 * replaced is behind what is written over, in the hypervisor's table neither.)
 */
	.section .arena_full, "ax"
	.balign	4096
	.globl	nearly_full, rest
nearly_full:
	.fill	3500, 1, 0x9C
	.fill	500, 1, 0x90
	.section .arena_rest, "ax"
rest:
	.fill	16, 1, 0x90
	ret
	.byte	0x0F, 0x00		/* sldt, if there were more */
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
	.section .note.GNU-stack, "", @progbits

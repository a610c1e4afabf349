/*
 * cell.h: how the cells are written: one line of assembler each, which is also its name.
 *
 *   CELL("lgdt", 0, 0, lgdt table)               one cell
 *   CELL("lar", 0, selectors, lar %ecx,%eax)     one for each value of a list, in ECX
 *   USER("lar", 0, selectors, lar %ecx,%eax)     the same in ring 3
 *
 * The code runs with the registers of matrix.h, EBX pointing to `mem`, and ends at the ud2 behind
 * it. The nops behind that are for whoever reads code linearly: some cells are no instructions.
 */
#ifndef CELL_H
#define CELL_H
#include "matrix.h"

/* clang-format off */
#define CELL(group, flags, list, ...) \
	RECORD(group, flags, list, INIT_EFLAGS, 0, #__VA_ARGS__); \
	CODE(__VA_ARGS__)

/* A cell in ring 3. Its code is for applications, and does not count as the kernel's. */
#define USER(group, flags, list, ...) \
	RECORD(group, RING3 + (flags), list, INIT_EFLAGS, 0, #__VA_ARGS__); \
	.pushsection .user, "aw"; \
	CODE(__VA_ARGS__); \
	.popsection
/* The same with other EFLAGS, and something for ring 0 to do before: a label, or 0. */
#define USER_WITH(group, flags, eflags, before, ...) \
	RECORD(group, RING3 + (flags), 0, eflags, before, #before "; " #__VA_ARGS__ "; eflags " #eflags); \
	.pushsection .user, "aw"; \
	CODE(__VA_ARGS__); \
	.popsection
/* BEFORE(label, code): what ring 0 is to do; it may change EAX. */
#define BEFORE(label, ...) label: __VA_ARGS__; ret

#define RECORD(group, flags, list, eflags, before, ...) \
	.pushsection .cells, "a"; \
	.long 91f, 92f, 93f, 94f, flags, list, eflags, before; \
	.popsection; \
	.pushsection .rodata; \
91:	.asciz group; \
92:	.ascii __VA_ARGS__; \
	.byte 0; \
	.popsection
#define CODE(...) \
93:	__VA_ARGS__; \
94:	ud2; \
	.fill 14, 1, 0x90

/* iret to ring 3 with these flags; segment registers of the kernel's are empty then. */
	.macro to_ring3 flags
	pushl	$SEL_UDATA
	pushl	$cell_stack + 1024
	pushl	$\flags
	pushl	$SEL_UCODE
	pushl	$8f
	iret
8:
	.endm

/* A list of values: LIST(name, 1, 2, 3) */
#define LIST(name, ...) \
	.pushsection .rodata; \
	.balign 4; \
	.globl name; \
name:	.long (99f - 98f) / 4; \
98:	.long __VA_ARGS__; \
99:	.popsection
/* clang-format on */

#endif

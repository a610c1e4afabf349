/* lab02.h: what the files of lab 02's native probe share. */
#ifndef PROBE_LAB02_H
#define PROBE_LAB02_H

#include "native.h"

/* In the order of lab02_snippets.S. */
enum snippet {
	READ32,
	READ16,
	READ8,
	MOV32,
	MOV16,
	MOV8,
	XCHG,
	OR,
	AND,
	XOR,
	ADD,
	SUB,
	XADD,
	CMPXCHG,
	STOS,
	REP_STOS, /* ECX words */
	NR_SNIPPETS,
};
extern const char *const snippet_names[];
struct snippet_run {
	u32 code, eax, ebx, ecx;
	u32 ring3; /* else ring 0 */
};
/** Run one snippet on `va`. @return 128 if it ended well (EAX is in trap_eax then), else what it
 * raised */
u32 touch(enum snippet s, u32 va, u32 val, u32 ecx, bool ring3);
/** cr2, by way of one of three registers. */
u32 read_cr2(u32 which);
/** Operands with which some snippet makes `val` of `old`. */
enum snippet snippet_to(u32 old, u32 val, u32 *operand, u32 *ecx);

static inline bool one_in(u32 n)
{
	return draw(n) == 0;
}
#define draw_of(array) ((array)[draw(ARRAY_SIZE(array))])
static inline u32 draw32(void)
{
	return draw(1 << 16) << 16 | draw(1 << 16);
}

/* The scenarios, by file. */
void lab02_random(void), lab02_watched(void), lab02_iret(void), lab02_exceptions(void);

#endif

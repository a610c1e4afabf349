/* lab02_touch.c: one access of a random kernel, by one of many instructions. */
#include "lab02.h"

#define SNIPPET_BYTES 16

const char *const snippet_names[] = {"read32", "read16",  "read8", "mov32",   "mov16", "mov8",
				     "xchg",   "or",	  "and",   "xor",     "add",   "sub",
				     "xadd",   "cmpxchg", "stos",  "rep_stos"};

extern u8 snippets[];
void run_snippet(const struct snippet_run *) __attribute__((noreturn));

static void run(void *arg)
{
	run_snippet(arg);
}

u32 touch(enum snippet s, u32 va, u32 val, u32 ecx, bool ring3)
{
	struct snippet_run r = {(u32)snippets + s * SNIPPET_BYTES, val, va, ecx, ring3};

	return try(run, &r);
}

enum snippet snippet_to(u32 old, u32 val, u32 *operand, u32 *ecx)
{
	static const enum snippet any[] = {MOV32, XCHG, STOS,	 XOR,	  ADD,
					   SUB,	  XADD, CMPXCHG, REP_STOS};

	*operand = val;
	*ecx = old;
	if ((old & val) == old && one_in(2))
		return OR;
	if ((old & val) == val && one_in(2))
		return AND;
	if (old >> 8 == val >> 8 && one_in(2))
		return MOV8;
	if (old >> 16 == val >> 16 && one_in(2))
		return MOV16;
	switch (draw_of(any)) {
	case XCHG:
		return XCHG;
	case STOS:
		return STOS;
	case XOR:
		*operand = old ^ val;
		return XOR;
	case ADD:
		*operand = val - old;
		return ADD;
	case SUB:
		*operand = old - val;
		return SUB;
	case XADD:
		*operand = val - old;
		return XADD;
	case CMPXCHG:
		return CMPXCHG;
	case REP_STOS:
		*ecx = 1;
		return REP_STOS;
	default:
		return MOV32;
	}
}

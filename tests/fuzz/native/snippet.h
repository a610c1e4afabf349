/* snippet.h: the instructions of snippet.S, by number, and what each does to a word. */
#ifndef FUZZ_SNIPPET_H
#define FUZZ_SNIPPET_H

#include "native.h"

/* In the order of snippet.S. */
enum snippet {
	READ32,
	READ16,
	READ8,
	READ_CMP,
	MOV32,
	MOV16,
	MOV8,
	XCHG,
	OR,
	AND,
	XOR,
	ADD,
	XADD,
	BTS,
	BTR,
	CMPXCHG,
	STOS,
	REP_STOS,
	NR_SNIPPETS,
};
#define SNIPPET_BYTES 16u

/** An entry that any table may hold, at random. */
u32 random_entry(void);
/** What a snippet makes of the word `old` with its operands, and (in *out) leaves in EDX. */
u32 snippet_result(enum snippet s, u32 old, u32 val, u32 extra, u32 *out);
/** Operands with which it makes a valid entry of `old`. @return it, or another that can */
enum snippet snippet_operand(enum snippet s, u32 old, u32 *val, u32 *extra);

#endif

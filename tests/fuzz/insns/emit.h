/* emit.h: writing a program, byte by byte, and what is known of the processor at each. */
#ifndef EMIT_H
#define EMIT_H

#include "cells.h"

#define STI 0xFB

extern struct emission {
	u8 *start, *at; /* where it is written */
	u32 frame, va;	/* of its beginning, where it runs */
	u32 cs, base;	/* of its code segment */
	u8 size;	/* of operands: 2 or 4 */
	bool user, pse, nt;
	bool breaks; /* there will be breakpoints; memory is touched only where they are exact */
	bool steps;  /* TF is set */
	bool done;   /* nothing comes after this */
	bool changed, table_loaded;
	u32 segments[4]; /* es, ds, fs, gs */
	u32 pointers, commits;
	const struct target *target;
} now;

/* emit.c */
void byte(u32 b);
void word(u32 w, u32 bytes);
/** Prefixes, where they are needed. */
void operand_size(u32 bytes);
void address_size(u32 bytes);
/** ModRM and an address of 32 bits. */
void absolute(u32 reg, u32 at);
/** Not esp. */
u32 any_register(void);
void pop_register(u32 size);
void push_word(u32 w);
void move_immediate(u32 reg, u32 w);
void store_word(u32 at, u32 w);
/** The address of a far pointer, for both rings. */
u32 pointer_to(u32 sel, u32 offset);
/** ds and es are all of memory from here on. */
void set_data_segments(void);
/** Linear, of what comes next. */
u32 here(void);

/* pieces.c */
void one_piece(bool simple);

/* transfer.c */
void remap_page(void), write_function(void), call_function(void), far_transfer(void),
    leave_kernel(void), refused_far(void), through_gate(void);

#endif

/* small.h: what both small kernels do: each time that another may have run, look whether all is
 * theirs. */
#ifndef SMALL_H
#define SMALL_H

#include <trapline/types.h>

#define ROUNDS 5u

static volatile u32 watched, struck; /* a breakpoint on the one, counted in the other */

/* The FPU's top of stack holds what we have put there. */
static inline void fill_fpu(u32 own)
{
	asm volatile("fninit\n\tfildl %0" : : "m"(own));
}

static inline bool fpu_is_ours(u32 own)
{
	u32 got;

	asm volatile("fistl %0" : "=m"(got));
	return got == own;
}

/* What lies where this selector leads to. */
static inline u32 far_word(u32 sel)
{
	u32 val;

	asm volatile("movl %1, %%fs\n\tmovl %%fs:0, %0" : "=r"(val) : "r"(sel));
	return val;
}

#endif

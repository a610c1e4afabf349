/* div.h: division of 64 bits; the compiler would call a function of its own for it. */
#ifndef HV_DIV_H
#define HV_DIV_H

#include <trapline/types.h>

/** Divide *a by b. @return the rest */
static inline u32 div_u64(u64 *a, u32 b)
{
	u32 high = *a >> 32, low = *a, rest = high % b;

	/* The processor divides 64 bits by 32 if the quotient has 32: high word first, then the
	 * rest. */
	high /= b;
	asm("divl %[b]" : "+a"(low), "+d"(rest) : [b] "r"(b) : "cc");
	*a = (u64)high << 32 | low;
	return rest;
}
/** a modulo b, where b may need more than 32 bits; a is less than 2^63. */
static inline u64 mod_u64(u64 a, u64 b)
{
	u64 step = b;

	while (step <= a)
		step <<= 1;
	for (; step >= b; step >>= 1)
		if (a >= step)
			a -= step;
	return a;
}

#endif

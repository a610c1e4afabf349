/* rng.c: Marsaglia's xorshift: the seed on the command line decides everything that is random. */
#include "lib/lib.h"

static u32 state = 1;

void rng_seed(u32 seed)
{
	/* Zero is xorshift's fixed point, and small seeds begin with small numbers. */
	state = seed * 2654435761u + 0x9E3779B9u;
	if (!state)
		state = 1;
}

u32 rng_below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

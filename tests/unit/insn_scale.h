/* insn_scale.h: how much a randomized test does, and from which seed. */
#ifndef TESTS_INSN_SCALE_H
#define TESTS_INSN_SCALE_H

#include <stdlib.h>
#include <trapline/types.h>

/** TRAPLINE_TEST_SCALE: 1 for `make check`, 10 for `make test`. */
static inline u32 test_scale(void)
{
	const char *s = getenv("TRAPLINE_TEST_SCALE");

	return s && atoi(s) > 0 ? atoi(s) : 1;
}
/** SEED, or 1. Never 0, where xorshift would stay. */
static inline u32 test_seed(void)
{
	const char *s = getenv("SEED");

	return s && atoi(s) > 0 ? atoi(s) : 1;
}
/** Marsaglia's xorshift: the same numbers everywhere. */
static inline u32 test_random(u32 *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x >> 4;
}

#endif

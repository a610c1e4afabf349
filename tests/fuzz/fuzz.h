/* fuzz.h: what both random guests share: their options and the seeded generator. */
#ifndef FUZZ_H
#define FUZZ_H

#include "rogue.h"

struct fuzz_options {
	u32 seed;
	u32 count;	/* calls, or edits */
	bool low;	/* native: leave the top 64 MB of the address space alone */
	bool prefetch;	/* native: flush for a processor that translates ahead, too */
	bool talkative; /* pv: say each call before it is made */
	bool crowd;	/* pv: it is one of several, which are to meet */
	bool master;	/* pv: with Domain 0 among them */
};

/** Read "scenario=fuzz-COUNT[-low][-prefetch][-talk][-crowd[-master]] seed=N" out of a command
 * line. @return false if it is not there
 */
bool fuzz_options(const char *line, struct fuzz_options *o);

/** xorshift64*: the same sequence for the same seed, everywhere. */
void random_seed(u32 seed);
u32 random32(void);
/** 0 .. n - 1 */
u32 random_below(u32 n);
/** True once in n times. */
static inline bool one_in(u32 n)
{
	return random_below(n) == 0;
}
#define random_of(array) ((array)[random_below(ARRAY_SIZE(array))])

#endif

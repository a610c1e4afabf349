/* fuzz.c: the options of a random guest, and its random numbers. */
#include "fuzz.h"

static u64 state;

void random_seed(u32 seed)
{
	state = ((u64)seed << 32 | seed) ^ 0x9E3779B97F4A7C15ull;
	for (u32 i = 0; i < 8; i++)
		random32();
}

u32 random32(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545F4914F6CDD1Dull >> 32;
}

u32 random_below(u32 n)
{
	return (u64)random32() * n >> 32;
}

/* What follows `key` in the line, or NULL. */
static const char *find(const char *line, const char *key)
{
	for (; *line; line++) {
		u32 i = 0;

		while (key[i] && line[i] == key[i])
			i++;
		if (!key[i])
			return line + i;
	}
	return NULL;
}

static const char *number(const char *text, u32 *n)
{
	for (*n = 0; *text >= '0' && *text <= '9'; text++)
		*n = *n * 10 + *text - '0';
	return text;
}

bool fuzz_options(const char *line, struct fuzz_options *o)
{
	const char *count = find(line, "scenario=fuzz-"), *seed = find(line, "seed=");

	if (!count || !seed)
		return false;
	count = number(count, &o->count);
	number(seed, &o->seed);
	o->low = find(count, "-low");
	o->prefetch = find(count, "-prefetch");
	o->talkative = find(count, "-talk");
	o->crowd = find(count, "-crowd");
	o->master = find(count, "-master");
	return true;
}

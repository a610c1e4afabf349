/*
 * procs.c: processes under preemptive round robin, each with demand-zero memory at the same
 * addresses. Each fills its own, yields to the others, and finds in it what it wrote.
 */
#include "lib/lib.h"

#define CHILDREN 6u
#define BASE	 0x50000000u
#define PAGES	 64u
#define PAGE	 4096u
#define ROUNDS	 8u

static volatile u32 *word(u32 page, u32 seed)
{
	return (volatile u32 *)(BASE + page * PAGE + seed * 4);
}

static u32 child(u32 seed)
{
	u32 state, wrong = 0;

	if (mmap(BASE, PAGES * PAGE, PROT_READ | PROT_WRITE | MAP_FIXED) < 0)
		return 100;
	for (u32 p = 0; p < PAGES; p++)
		wrong += *word(p, seed) != 0;
	for (u32 round = 0; round < ROUNDS; round++) {
		state = seed + round * 7919;
		for (u32 p = 0; p < PAGES; p++)
			*word(p, seed) = next_random(&state);
		for (u32 i = 0, s = seed; i < 200000; i++)
			next_random(&s); /* longer than a slice, all rounds together */
		yield();
		state = seed + round * 7919;
		for (u32 p = 0; p < PAGES; p++)
			wrong += *word(p, seed) != next_random(&state);
	}
	return wrong > 99 ? 99 : wrong;
}

int main(int argc, char **argv)
{
	u32 seed = argc > 1 ? atou(argv[1]) : 1, failed = 0;
	s32 pids[CHILDREN];

	printf("procs: %u processes, %u pages each\n", CHILDREN, PAGES);
	for (u32 i = 0; i < CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			die("fork failed");
		if (!pids[i])
			exit(child(seed % 1000 + i + 1));
	}
	for (u32 i = 0; i < CHILDREN; i++) {
		u32 status = 99;

		waitpid(pids[i], &status, 0);
		printf("procs: child=%u wrong=%u\n", i, status);
		failed |= status;
	}
	return failed != 0;
}

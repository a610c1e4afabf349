/*
 * hello.c: several processes share the processor. Each computes for longer than a slice and
 * passes its result up; only the parent prints, so the lines come in the same order always.
 */
#include "lib/lib.h"

#define CHILDREN 4u
#define ROUNDS	 3000000u

static u32 compute(u32 state)
{
	u32 sum = 0;

	for (u32 i = 0; i < ROUNDS; i++)
		sum += next_random(&state) & 0xFF;
	return sum;
}

int main(void)
{
	u32 fds[CHILDREN][2], failed = 0;
	s32 pids[CHILDREN];

	printf("hello: %u processes\n", CHILDREN);
	for (u32 i = 0; i < CHILDREN; i++) {
		if (pipe(fds[i]))
			die("pipe failed");
		pids[i] = fork();
		if (pids[i] < 0)
			die("fork failed");
		if (!pids[i]) {
			u32 sum = compute(i + 1);

			write(fds[i][1], &sum, sizeof(sum));
			exit(i);
		}
		close(fds[i][1]);
	}
	for (u32 i = 0; i < CHILDREN; i++) {
		u32 sum = 0, status = 99;

		read(fds[i][0], &sum, sizeof(sum));
		waitpid(pids[i], &status, 0);
		printf("hello: child=%u sum=%u status=%u\n", i, sum, status);
		failed |= status != i;
	}
	return (int)failed;
}

/*
 * forktest.c: fork until the system says no, then collect every child. After xv6's test of that
 * name. No frame may be lost by it.
 */
#include "lib/lib.h"

#define LIMIT 1000u

static u32 fork_all(void)
{
	u32 n = 0;

	for (; n < LIMIT; n++) {
		s32 pid = fork();

		if (pid < 0)
			break;
		if (!pid)
			exit(n & 0x7F);
	}
	return n;
}

int main(void)
{
	volatile u32 word = 7; /* makes each child copy its stack's page */
	u32 sum, expected;
	s32 before;

	/* The first round pays for what stays, such as a copy of this process's own stack. */
	for (u32 round = 0; round < 3; round++) {
		u32 n, collected = 0, status = 0;

		before = meminfo();
		n = fork_all();
		sum = expected = 0;
		while (waitpid(-1, &status, 0) > 0) {
			collected++;
			sum += status;
		}
		for (u32 i = 0; i < n; i++)
			expected += i & 0x7F;
		printf("forktest: round=%u limited=%s collected=%s statuses=%s\n", round,
		       n < LIMIT ? "yes" : "NO", collected == n ? "all" : "NOT-ALL",
		       sum == expected ? "right" : "WRONG");
		if (n == LIMIT || n < 10 || collected != n || sum != expected)
			return 1;
		if (round && meminfo() != before) {
			printf("forktest: frames lost: %d\n", before - meminfo());
			return 1;
		}
		word++;
	}
	printf("forktest: ok\n");
	return 0;
}

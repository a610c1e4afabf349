/* progress.c: a command that takes long says how far it is. */
#include "read/progress.h"

#include <stdio.h>

#define PATIENCE 2 /* seconds */

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

struct progress progress_begin(const char *command)
{
	return (struct progress){.command = command, .since = now()};
}

void progress_tell(struct progress *p, const char *what, size_t done, size_t total)
{
	time_t t = now();

	if (done >= total || t - p->since < PATIENCE || t == p->told)
		return;
	p->told = t;
	fprintf(stderr, "tltrace %s: %s %zu of %zu\n", p->command, what, done, total);
}

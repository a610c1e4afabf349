/* progress.h: a command that takes long says how far it is. */
#ifndef TLTRACE_PROGRESS_H
#define TLTRACE_PROGRESS_H

#include <stddef.h>
#include <time.h>

struct progress {
	const char *command;
	time_t since, told; /* seconds */
};

/** From now on. */
struct progress progress_begin(const char *command);
/** @what @done of @total (from 1) is done: said on stderr after two seconds, once a second. */
void progress_tell(struct progress *p, const char *what, size_t done, size_t total);

#endif

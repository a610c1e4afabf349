/* judge.h: judge.c and words.c among themselves. */
#ifndef JUDGE_H
#define JUDGE_H

#include "grade.h"

#define MAX_CONSOLE (1 << 20)
#define MAX_VARS    16

/* What `let` has learned. */
struct vars {
	char name[MAX_VARS][24], value[MAX_VARS][40];
	size_t nr;
};

/**
 * tltrace about the run, for the verdict. It tells by 0, 1 or 2 what it makes of what it was given,
 * and might be led into a crash, or to work without end, by a trace that is damaged on purpose: all
 * that is the student's. That it could not begin, was stopped early or had no memory is not.
 */
int ask_tltrace(const struct session *s, const char *const *args, char *output, size_t size,
		struct result *r);
/** Do `let`, `console`, `said` and `same` hold of what is on the console? Else the verdict says
 * which does not. */
bool words_hold(const struct session *s, const struct test *t, const char *prefix, const char *log,
		const char *console, struct vars *v, struct result *r);
/** A hint belongs to a failure: to the one that its pattern knows again, or, if it has none, to any
 * that a check found (`checked`). Who hangs or crashes has not come so far. @return was there one?
 */
bool hint_from(const struct list *hints, bool checked, struct result *r);

#endif

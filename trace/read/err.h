/* err.h: how a function that fails says why: one line that the user can act on. */
#ifndef TLTRACE_ERR_H
#define TLTRACE_ERR_H

/** What went wrong; empty while nothing has. */
struct err {
	char text[768];
};

/** Fill @e from a format; always returns -1, so that `return err_set(...)` reads well. */
int err_set(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

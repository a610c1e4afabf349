/* sb.h: a string that grows. */
#ifndef TLTRACE_SB_H
#define TLTRACE_SB_H

#include <stddef.h>

/** A growing string; zero-initialize it. @s is NUL-terminated once something was added. */
struct sb {
	char *s;
	size_t len, cap;
};

/** Append formatted text. Ends the process if memory runs out: our texts are small. */
void sb_add(struct sb *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Append @n bytes as they are. */
void sb_put(struct sb *b, const char *s, size_t n);
/** Append spaces until @b, counted from @start, is @width long. */
void sb_pad(struct sb *b, size_t start, size_t width);
void sb_free(struct sb *b);

/** malloc and friends that end the process with a message when memory runs out. */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);

#endif

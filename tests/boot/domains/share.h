/*
 * share.h: what a domain does that shares the processor (hv/boot/share.c), by its role:
 *   s  spins                       b  waits for what never comes
 *   y  yields, again and again     l  works for 1 ms every 10 ms, and tells how late it was woken
 *   t  sets its virtual timers, counts their events, and tells whether they drift (Xen only)
 *   a  asks its timers for something all the time: now, soon, late, never
 * until ms= of system time have passed; then it ends, and with it the run.
 */
#ifndef SHARE_H
#define SHARE_H

#include <trapline/types.h>

#define MS 1000000u

/* What the two kernels have: system time in ns, and three ways to wait. */
u64 now(void);
void sleep_until(u64 ns);
void sleep_for_ever(void);
void yield(void);
/** Set a timer in one of several ways. */
void ask_timer(u32 way);
void print(const char *s);
void timers(u64 until);
void __attribute__((noreturn)) end(void);
void live(const char *cmdline);

/* The value of the last NAME=VALUE, or "". */
static inline const char *option(const char *line, const char *name)
{
	const char *value = "";

	for (; *line; line++) {
		u32 n = 0;

		while (name[n] && line[n] == name[n])
			n++;
		if (!name[n] && line[n] == '=')
			value = line + n + 1;
	}
	return value;
}

static inline u32 to_number(const char *s)
{
	u32 n = 0;

	while (*s >= '0' && *s <= '9')
		n = n * 10 + *s++ - '0';
	return n;
}

static inline void print_number(u32 n)
{
	char digits[12], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do
		*--at = '0' + n % 10;
	while (n /= 10);
	print(at);
}

#endif

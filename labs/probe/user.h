/*
 * user.h: the probe's machine of the labs that are about a guest: the lab's units run in ring 3 and
 * can touch what was made by room_for(), nothing else. The probe calls them one by one; meanwhile
 * it can be somebody else, between any two of their instructions, or where they ask for something.
 */
#ifndef PROBE_USER_H
#define PROBE_USER_H

#include "probe.h"

/** Room that ring 3 may use, up to the end of a page; before and behind it nothing is mapped. */
void *room_for(u32 size);
/** Call a function in ring 3, with `n` words as its arguments. @return what it returns
 *  @param name for what is said if it does not come back as it should */
u32 call(const char *name, void *f, u32 n, const u32 *args);
#define CALL(f, ...)                                                                               \
	call(#f, (void *)f, sizeof((u32[]){__VA_ARGS__}) / 4, (const u32[]){__VA_ARGS__})
/** Of a function that returns bool. */
#define CALL_BOOL(f, ...) ((CALL(f, __VA_ARGS__) & 0xFF) != 0)

/** Called between any two instructions in ring 3 while it is not NULL. */
extern void (*other_end)(void);
/** Instructions of the call that is going on, or was, while somebody looked. */
extern u32 steps;

/** Something is not as it should be: say so, and end. What is said begins with the probe's name. */
void differs(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
/** How much was tried, and that nothing differed; and end. */
void all_right(u32 tried) __attribute__((noreturn));

void fill(void *to, u8 with, u32 n);
bool equal(const void *a, const void *b, u32 n);
void copy(void *to, const void *from, u32 n);

/** What is asked for in ring 3 by `int $0x82`: EAX says what, EBX and ECX of what. The answer comes
 * in EAX. */
extern u32 (*service)(u32 what, u32 a, u32 b);

/* Of each probe: its name, and its scenarios: each looks whether it is meant. */
extern const char probe_name[];
void scenarios(void);

#endif

/* loop.h: what repeats at the end of a run: the entries into ring 0 that come again and again. */
#ifndef TLTRACE_LOOP_H
#define TLTRACE_LOOP_H

#include "read/qemulog.h"
#include "read/trace.h"

/** One entry, by what must be equal for it to be "the same again". Interrupts of devices are none.
 */
struct turn {
	bool call;	   /* a hypercall; @vec is its number */
	u8 vec;		   /* vector */
	const char *whose; /* instruction: "the guest OS", or of a log only "ring 1" */
	u32 err;	   /* error code */
	u32 eip;	   /* of the instruction */
	u32 va;		   /* fault address, for vector 14 */
	size_t at;	   /* index of the event, or the line of the log */
};

struct turns {
	struct turn *v;
	size_t count, cap;
	size_t irqs; /* passed over */
};

struct loop {
	size_t first;  /* in turns: of the first round */
	size_t period; /* turns in a round */
	size_t rounds;
	bool va_varies; /* the instruction repeats, its address changes */
};

void turns_of_trace(const struct trace *t, struct turns *out);
/** 0, or -1 with @err filled. */
int turns_of_log(struct qemulog *q, struct turns *out, struct err *err);
void turns_free(struct turns *t);

/** Do the last turns repeat, at least LOOP_FEWEST times? The shortest round that does. */
#define LOOP_FEWEST  4
#define LOOP_LONGEST 32
bool loop_find(const struct turns *t, struct loop *out);

/** Append "#PF (error 6) at 0x40001000, by the application's instruction at 0x08048092". */
void turn_format(struct sb *b, const struct turn *t);

#endif

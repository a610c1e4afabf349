/* timeline.h: who held the processor, when, and why it lost it; and who waited meanwhile. */
#ifndef TLTRACE_TIMELINE_H
#define TLTRACE_TIMELINE_H

#include "read/trace.h"

#define NO_DOMAIN 0xFFFFu

/* Why it lost the processor, by the names and numbers of enum lost in event.def. */
#define TIMELINE_LOST(number, name) LOST_##name = number,
enum lost {
	TRACE_VALUES_lost(TIMELINE_LOST) NR_LOST,
	LOST_STILL = 255 /* it holds it at the end */
};
#undef TIMELINE_LOST

/** A stretch of time in which a domain ran, or could have. */
struct stretch {
	u64 from, to; /* time stamps */
	bool ran;     /* or it waited for the processor */
	bool warped;  /* it ran before its turn */
	u8 why;	      /* of one that ran: enum lost, or LOST_STILL */
};

/** From the domain's start to its end, or as much of that as lies between the two times. */
struct life {
	u64 from, to;
};

struct track {
	u16 domain;
	struct life *lives; /* in order of time; more than one if a number was given again */
	size_t nlives;
	u64 existed;	   /* all of them */
	double entitled;   /* the sum of its part of the weights of all that existed, in ticks */
	struct stretch *v; /* in order of time */
	size_t count, cap;
	u32 advance, warp; /* as the scheduler was last told */
	u64 ran, waited;
	u32 lost[NR_LOST];
	/* From a wake to its run. */
	u32 wakes;
	u64 late, latest;
};

struct timeline {
	u64 from, to;
	struct track *v; /* in the order of domains */
	size_t count;
	size_t hand_overs;
	bool lives_told; /* class life was recorded; if not, each is taken to exist all the time */
};

/** Read it between two times, in ns from the first of it. @to 0: to the end. 0, or -1 with @err
 * filled: nothing of the kind was recorded */
int timeline_read(const struct trace *t, u64 from, u64 to, struct timeline *out, struct err *err);
void timeline_free(struct timeline *l);
/** The domain's part of the time that all domains had; 0 to 1. */
double timeline_share(const struct timeline *l, const struct track *d);
/** Its part of the weights of those that existed when it did, on the average of that time; 0 to 1,
 * and 0 if it did not exist. */
double timeline_weight(const struct track *d);
/** Time stamps to ns. */
double timeline_ns(const struct trace *t, u64 ticks);

#endif

/*
 * sched.h: who gets the processor, and for how long: a policy over units, of which each vcpu embeds
 * one. Policies know no vcpu and no clock: they are told who can run, and what time it is.
 */
#ifndef HV_SCHED_H
#define HV_SCHED_H

#include <trapline/types.h>

struct sched;

/** The time in which processor time is charged, the paper's "minimum charging unit": 1024 ns. */
#define MCU_SHIFT 10
#define MCU_NS	  (1u << MCU_SHIFT)

#define SCHED_NEVER (~0ull)

/** What BVT is told of a unit. The words are the paper's and Xen's (struct bvt_adjdom). */
struct sched_params {
	u32 mcu_advance; /* virtual time by which an mcu advances it, 1 to MCU_ADVANCE_MAX: the
			    inverse of its weight */
	bool warpback;	 /* it may warp */
	u32 warpvalue;	 /* W: how far, in virtual time */
	u64 warpl; /* L: for how long it may run warped, in ns, at most WARP_TIME_MAX; 0: no limit
		    */
	u64 warpu; /* U: for how long it then may not warp, in ns, at most WARP_TIME_MAX */
};
#define MCU_ADVANCE	10u /* of a new unit */
#define MCU_ADVANCE_MAX 1000u
#define WARP_TIME_MAX	3600000000000ull

/** What can run: sleeping (at first) or runnable, and of the runnable ones one is running. */
struct sched_unit {
	struct sched_unit *next; /* in sched.runnable */
	bool runnable;
	u64 ran; /* processor time that it has had, in ns */

	/* bvt.c. Virtual time is signed: whoever warps may be before its beginning. */
	struct sched_params params;
	s64 avt;       /* A: actual virtual time. 64 bits last for 290 years of the fastest */
	u32 uncharged; /* ns that it has run behind its last whole mcu */
	bool warped;   /* since it has woken */
	u64 warp_left; /* ns that it may still run so, at first SCHED_NEVER if there is no limit */
	u64 unwarped_until; /* it may not warp before this time */
};

/** One processor. */
struct sched {
	const struct sched_ops *ops;
	struct sched_unit *runnable; /* in the order in which they woke, the running one too */
	struct sched_unit *running;  /* NULL: none */
	u64 charged;		     /* up to this time the running one has been charged */
	u32 allowance;		     /* ns. bvt: C, the context switch allowance; rr: the slice */
	bool yielded; /* the running one lets another run first, if there is one: until pick() */

	/* bvt.c */
	s64 svt;      /* scheduler virtual time: the least A of what is or was runnable last */
	bool preempt; /* one has woken that comes before the running one */
	/* rr.c */
	u64 slice_end;
};
#define ALLOWANCE_MIN 100000u
#define ALLOWANCE_MAX 1000000000u

/**
 * A policy. All times are system time in ns and never go back. Each function but deadline() and
 * get() may be called at any time; it charges the running unit up to now before anything else.
 */
struct sched_ops {
	const char *name;
	/** A new unit, sleeping, with the parameters that all have at first. */
	void (*add)(struct sched *s, struct sched_unit *u);
	/** It is no unit any more. */
	void (*remove)(struct sched *s, struct sched_unit *u, u64 now);
	/** It can run now (it may be runnable already).
	 * @return true if the running unit should not go on: pick() chooses now */
	bool (*wake)(struct sched *s, struct sched_unit *u, u64 now);
	/** It cannot run any more (it may sleep already). Was it the running one, none runs. */
	void (*sleep)(struct sched *s, struct sched_unit *u, u64 now);
	/** Charge the running unit for the time since it was charged last. */
	void (*charge)(struct sched *s, u64 now);
	/** Choose who runs from now on. @return NULL if nobody is runnable */
	struct sched_unit *(*pick)(struct sched *s, u64 now);
	/** When is it time to pick() again, if nobody wakes or sleeps and no parameter changes
	 * before? SCHED_NEVER if the running one is alone, or none runs. */
	u64 (*deadline)(const struct sched *s);
	/** @return false, and nothing is changed, if one is out of its range or the policy has none
	 */
	bool (*set)(struct sched *s, struct sched_unit *u, const struct sched_params *p, u64 now);
	/** @return false if the policy has none */
	bool (*get)(const struct sched_unit *u, struct sched_params *p);
};

extern const struct sched_ops sched_bvt, sched_rr;

/** Begin with nobody, and an allowance of 5 ms (as Xen's). */
void sched_init(struct sched *s, const struct sched_ops *ops, u64 now);
/** @return false if it is not ALLOWANCE_MIN to ALLOWANCE_MAX ns */
bool sched_set_allowance(struct sched *s, u32 ns);

/* For policies. */

/* Where in the queue is it? Behind the last if it is in none. */
static inline struct sched_unit **sched_link(struct sched *s, const struct sched_unit *u)
{
	struct sched_unit **link = &s->runnable;

	while (*link && *link != u)
		link = &(*link)->next;
	return link;
}

static inline void sched_enqueue(struct sched *s, struct sched_unit *u)
{
	*sched_link(s, NULL) = u;
	u->next = NULL;
	u->runnable = true;
}

static inline void sched_dequeue(struct sched *s, struct sched_unit *u)
{
	*sched_link(s, u) = u->next;
	u->runnable = false;
	if (s->running == u)
		s->running = NULL;
}

/** Add the time since the last charge to what the running unit has had. @return that time, in ns;
 * 0 if none runs */
static inline u64 sched_account(struct sched *s, u64 now)
{
	u64 ran = s->running ? now - s->charged : 0;

	s->charged = now;
	if (s->running)
		s->running->ran += ran;
	return ran;
}

#endif

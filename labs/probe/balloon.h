/*
 * balloon.h (probe): lab 05. The balloon's units run in ring 3; what they ask of their kernel and
 * of the hypervisor comes to the probe, which keeps a model of both, and looks at each request.
 */
#ifndef PROBE_BALLOON_H
#define PROBE_BALLOON_H

/* What is asked for by int $0x82 (balloon_user.c). */
#define ASK_TAKE    0 /* struct balloon_ops */
#define ASK_GIVE    1
#define ASK_UNMAP   2
#define ASK_MAP	    3
#define ASK_M2P	    4
#define ASK_RELEASE 5
#define ASK_CLAIM   6
#define ASK_TARGET  7 /* is there a new target? */
#define ASK_BALLOON 8 /* whose */
#define ASK_NEXT    9 /* struct policy_ops: + kind */
#define ASK_USED    11

#include "balloon/balloon.h"
#include "balloon/policy.h"
#include "user.h"

#define PAGES_MOST 700u
#define NO_NEWS	   0xFFFFFFFFu

extern const struct balloon_ops user_ops;
extern const struct policy_ops user_cache, user_swap, user_nothing;

/** The guest that is played, and what is going to happen to it. */
struct world {
	struct balloon *b; /* in ring 3's memory, and so is its p2m */
	bool direct;
	u32 takes;  /* so many pages can be had */
	u32 pool;   /* of a claim so many frames come, */
	u32 taken;  /* and of a release so many are taken, from now on */
	s32 error;  /* what is said instead of 0 then */
	u32 news;   /* the target changes to this, NO_NEWS: it does not, */
	u32 moment; /* when so many things have been asked for; */
	u32 then;   /* and at once to this, NO_NEWS: it does not */
};
extern struct world w;

/** Any guest: some pages, some of them in the balloon. */
void any_world(void);
/** A large one in shadow mode, of which few pages are in the balloon, and far from each other. */
void large_world(void);
/** Any number up to `most`, and not seldom 0 or `most`. */
u32 any_up_to(u32 most);
/** Before a call of the lab's: `name` is said if something is wrong. */
void asks_begin(const char *name);
/** After it: is each page where it should be, with `held` in the balloon? */
void look(u32 held);

/* The scenarios, by file. */
void balloon_pages(void), balloon_steps(void), balloon_clock(void);

#endif

/*
 * policy.h: which page a guest can do without: one that was not used lately. The clock algorithm
 * (Corbato, "A Paging Experiment with the Multics System", 1968) over the A bits of page tables.
 *
 * There are two kinds of pages that can be given up, each in a ring of numbers: file data that is
 * on the disk as well (POLICY_CACHE), and what a process has written (POLICY_SWAP), which has to be
 * written to a disk before. Free pages come before both: nobody asks the policy for them.
 */
#ifndef BALLOON_POLICY_H
#define BALLOON_POLICY_H

#include <trapline/types.h>

#define POLICY_NONE 0xFFFFFFFFu

enum { POLICY_CACHE, POLICY_SWAP, POLICY_KINDS };

/** What the policy may ask of the pages of one kind. While it decides nothing changes. */
struct policy_ops {
	/** The page with the next higher number; any but POLICY_NONE is one, and not all numbers
	 * are there. @param page POLICY_NONE: from the beginning
	 * @return its number; POLICY_NONE: there is none */
	u32 (*next)(u32 page);
	/** Was it used since this was asked last? (Its A bit is read, and cleared.) */
	bool (*used)(u32 page);
};

struct policy {
	const struct policy_ops *ops[POLICY_KINDS];
	u32 hand[POLICY_KINDS]; /* the last victim; POLICY_NONE before the first */
};

/**
 * The page to be given up next: of the cache, one that was not used since the hand was there last;
 * else one of the processes' that was not; and if all were used, the next one, of the cache first.
 * Who asks takes it out of its ring, or finds that it cannot and asks once more.
 * @param kind out: POLICY_CACHE or POLICY_SWAP
 * @return its number; POLICY_NONE: there are no pages
 */
u32 policy_victim(struct policy *p, u32 *kind);

#endif

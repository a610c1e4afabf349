/*
 * balloon.h: memory that a domain gives back for as long as it is asked to (Waldspurger, "Memory
 * Resource Management in VMware ESX Server", OSDI 2002, section 3.2; Xen's balloon driver).
 *
 * The balloon holds numbers of pages (pfn) that nobody in this guest uses and that have no machine
 * memory behind them. Inflating it gives memory back, deflating asks for memory again; which pages
 * it gets, the guest's own policy says (policy.h).
 *
 * A direct-mode domain has two tables: p2m, its own, says which machine frame is behind a page;
 * m2p, the hypervisor's, says the opposite, and is changed by asking for it. A shadow-mode domain
 * knows neither: p2m is NULL, and pages go by their pfn.
 */
#ifndef BALLOON_H
#define BALLOON_H

#include <trapline/types.h>

#define BALLOON_MOST  32768u	  /* pages of a guest */
#define BALLOON_BATCH 32u	  /* pages in a step */
#define BALLOON_NONE  0u	  /* no page: 0 is never given away */
#define NO_MFN	      0xFFFFFFFFu /* in p2m: there is no memory behind this page */

/** What the balloon asks of its kernel and of the hypervisor. */
struct balloon_ops {
	/** A page that nobody uses, for good: free, or made free by the policy, which may wait for
	 * a disk. @return its pfn; BALLOON_NONE: there is none to be had */
	u32 (*take)(void);
	/** A page may be used (again): it is the kernel's, and not held any more. Its memory is
	 * behind it, and in its place. */
	void (*give)(u32 pfn);
	/** The page leaves the kernel's map of all memory. */
	void (*unmap)(u32 pfn);
	/** It comes there again, with this machine frame (shadow: with this pfn). */
	void (*map)(u32 pfn, u32 frame);
	/** The hypervisor's m2p is to say pfn for this frame, which is ours. Direct mode only. */
	void (*set_m2p)(u32 frame, u32 pfn);
	/** Give frames back; the hypervisor refuses what is mapped somewhere, or not ours.
	 * @param list n frames (shadow: pfns), at most BALLOON_BATCH
	 * @return how many of them, from the first on, are given back; or a negative error: none */
	s32 (*release)(const u32 *list, u32 n);
	/** Ask for frames. @param list out: n frames (shadow: in: the pfns that are to have memory)
	 * @return how many, from the first on, have come; or a negative error: none */
	s32 (*claim)(u32 *list, u32 n);
};

struct balloon {
	const struct balloon_ops *ops;
	u32 *p2m;		   /* pfn -> mfn; NULL: shadow mode */
	u32 nr_pages;		   /* pfns of this guest: 0 .. nr_pages - 1 */
	u32 held;		   /* pages in the balloon */
	u32 in[BALLOON_MOST / 32]; /* which: bit pfn % 32 of word pfn / 32 */

	u32 target; /* pages that the domain is to have; set by balloon_set_target() */
	u32 wait;   /* ticks that the last step said; 0: it was not in vain */
	u32 share;  /* pages that the machine's memory has room for; set by balloon_follow() */
	u32 calm;   /* so many times in a row, up to now, more than that were found */
};

/* inflate.c */

/**
 * Give up to n pages back (n at most BALLOON_BATCH). Of a page that the hypervisor has taken, p2m
 * says NO_MFN, and it is held; of one that it has not, everything is as before.
 * @return how many pages more are held
 */
u32 balloon_inflate(struct balloon *b, u32 n);

/**
 * Ask for memory for up to n pages that are held (n at most BALLOON_BATCH). p2m and m2p are right
 * before a page is mapped; it is mapped, and not held any more, before it is given to the kernel.
 * @return how many pages fewer are held
 */
u32 balloon_deflate(struct balloon *b, u32 n);

/** Is this page in the balloon? */
static inline bool balloon_holds(const struct balloon *b, u32 pfn)
{
	return b->in[pfn / 32] >> pfn % 32 & 1;
}

/* target.c */

#define BALLOON_STAY	  0xFFFFFFFFu /* nothing to do until the target changes */
#define BALLOON_WAIT_MOST 64u	      /* ticks */

/** From now on the domain is to have so many pages; more than nr_pages is all of them. May be
 * called at any time, also from within an operation of a step. */
void balloon_set_target(struct balloon *b, u32 pages);

/**
 * One step towards the target: up or down, at most BALLOON_BATCH pages. A step that did not do all
 * of that has met a limit: then the next one comes after a tick, after two if that is in vain as
 * well, and so on, doubled up to BALLOON_WAIT_MOST. A new target is tried at once.
 * @return ticks until the next step; 0: at once; BALLOON_STAY
 */
u32 balloon_step(struct balloon *b);

#define BALLOON_CALM 8u /* times that a larger share is found, before it counts */

/**
 * Set the target so that nobody else pages behind this guest's back: to the smaller one of what a
 * tool has told and what the machine's memory has room for (b->share). Called before each step, and
 * four times a second while there is none to be made.
 *
 * What is told counts at once, and so does a share that is smaller than b->share: each page above
 * it is on a disk of the hypervisor's. A larger one counts when it was found BALLOON_CALM times in
 * a row that there is more: what comes and goes is not worth the transfers.
 * @param told pages; more than nr_pages is all of them
 * @param share pages that the machine's memory has room for, now; more than nr_pages: for all
 */
void balloon_follow(struct balloon *b, u32 told, u32 share);

#endif

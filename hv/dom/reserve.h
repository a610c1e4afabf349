/*
 * reserve.h: shadow mode: of a domain's nr_pages, how many it has, and where they are: in a frame
 * of the machine, on the swap disk, nowhere yet; or it has given them away.
 */
#ifndef HV_RESERVE_H
#define HV_RESERVE_H

#include "mem/words.h"

struct reserve {
	u32 target;    /* its balloon driver is asked to leave it so many */
	u32 limit;     /* it may have so many */
	u32 given;     /* it has given so many away (include/trapline/balloon.h) */
	u32 resident;  /* of so many at most machine memory holds the contents: mmu/shadow/swap.c */
	u32 swapped;   /* so many are on the swap disk */
	u32 outs, ins; /* so many have been written there, and read again */
	bool random;   /* how the next victim is chosen; else by a clock */
	u32 hand;      /* the page that the clock looks at next; or the generator's state */
};

/* What domain.p2m says beside frames: the guest has given the page away; or (all other numbers from
 * P2M_SWAPPED on but INVALID_FRAME) its contents are in this slot of the swap disk. */
#define P2M_GIVEN   0xFFFFFFFEu
#define P2M_SWAPPED NO_FRAMES
static inline bool p2m_swapped(mfn_t m)
{
	return m.n >= P2M_SWAPPED && m.n < P2M_GIVEN;
}

#endif

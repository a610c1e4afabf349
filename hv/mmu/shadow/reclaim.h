/* reclaim.h: pages that a guest does not have any more, or not in the machine's memory. */
#ifndef HV_RECLAIM_H
#define HV_RECLAIM_H

#include "mmu/shadow/shadow.h"

/** What p2m says of this page; INVALID_FRAME: nothing. */
static inline mfn_t p2m_of(const struct domain *d, u32 pfn)
{
	return pfn < d->nr_pages ? d->p2m[pfn] : mfn(INVALID_FRAME);
}
/** The page that the guest means: of one that it has given away nothing is left but the place. */
static inline u32 place_of(const struct domain *d, u32 n)
{
	return p2m_of(d, n).n == P2M_GIVEN ? HOLE_PFN : n;
}

/* reclaim.c: taking a page away from its guest. */

/** The shadows' A bits of this frame, or (INVALID_FRAME) of all, become FRAME_USED of the frames,
 * and are cleared. @return whether one was set */
bool frames_collect_used(struct domain *d, mfn_t m);
/** No shadow entry and no translation leads to this frame any more. */
void frame_unmap(struct domain *d, mfn_t m);
/** Is this page a directory that a vcpu uses, or a page table that such a directory leads to? */
bool is_table_in_use(struct domain *d, u32 n);

/* swap_in.c: page n is on the swap disk (p2m_swapped()). */

/** Read it into this frame; only its contents. @return false: the domain has ended */
bool swap_in(struct domain *d, u32 n, mfn_t m);
/** Its contents are not needed any more. */
void swap_forget(struct domain *d, u32 n);
/* swap.c */

/** One page goes to the swap disk. @return false: none can, now; or the disk is full */
bool swap_out_one(struct domain *d);

/* balloon.c */

/** Page n is given away, or taken back. @return BALLOON_ (include/trapline/balloon.h) */
u32 shadow_balloon(struct domain *d, bool gives, u32 n);

#endif

/* balloon.c: pages that a guest gives away, and takes back (include/trapline/balloon.h). */
#include <trapline/balloon.h>
#include "dom/account.h"
#include "mem/swap.h"
#include "mmu/shadow/reclaim.h"
#include "trace/trace.h"

/* What shadows there are of a table that nobody uses goes with it. */
static void forget_tables(struct domain *d, u32 n)
{
	for (enum shadow_kind kind = SH_L1; kind <= SH_L2; kind++) {
		struct shadow_page *p = shadow_find(d->shadow, kind, n);

		if (p)
			shadow_drop(d, p, DROP_freed);
	}
}

static u32 give(struct domain *d, u32 n)
{
	mfn_t m;

	if (n >= d->nr_pages)
		return BALLOON_RANGE;
	m = d->p2m[n];
	if (m.n == P2M_GIVEN)
		return BALLOON_GIVEN;
	if (is_table_in_use(d, n) || (mfn_valid(m) && frame_of(m)->flags & FRAME_WATCHED))
		return BALLOON_IN_USE;
	if (p2m_swapped(m))
		swap_forget(d, n);
	if (mfn_valid(m)) {
		forget_tables(d, n);
		frame_unmap(d, m);
		page_put(d, frame_of(m));
	}
	d->p2m[n] = mfn(P2M_GIVEN);
	d->reserve.given++;
	return BALLOON_OK;
}

static u32 take(struct domain *d, u32 n)
{
	if (n >= d->nr_pages)
		return BALLOON_RANGE;
	if (d->p2m[n].n != P2M_GIVEN)
		return BALLOON_NOT_GIVEN;
	if (d->nr_pages - d->reserve.given >= d->reserve.limit)
		return BALLOON_LIMIT;
	if (!free_frames())
		return BALLOON_NO_MEMORY;
	d->p2m[n] = mfn(INVALID_FRAME);
	d->reserve.given--;
	populate(d, n);
	/* Where it is mapped there was no memory until now. */
	shadow_tlb_flush(d->shadow);
	return BALLOON_OK;
}

u32 shadow_balloon(struct domain *d, bool gives, u32 n)
{
	u32 answer = gives ? give(d, n) : take(d, n);

	trace_balloon(d->vcpus, LANE_VMM, LANE_VMM, gives ? BALLOONING_give : BALLOONING_take, n,
		      answer, d->nr_pages - d->reserve.given);
	return answer;
}

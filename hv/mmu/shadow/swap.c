/*
 * swap.c: the hypervisor's own paging (overcommit=swap): a guest's page goes to the machine's swap
 * disk behind its back, and comes back when it is touched, by the guest or by the hypervisor for
 * it.
 *
 * Which page goes, is the hypervisor's choice: by a clock over the A bits of the shadow entries, or
 * at random. It knows nothing of what the guest's kernel thinks of its pages: hence double paging.
 * A page comes in at any time, so that nobody who needs two pages loses the first one by the
 * second; pages go only on the way back to the guest (trap/shadow.c), one at a time.
 */
#include "dom/account.h"
#include "lib/printk.h"
#include "mem/swap.h"
#include "mmu/shadow/reclaim.h"
#include "trace/trace.h"

#define LOOKS	  256u /* pages that are looked at for one victim */
#define CLOSELOOK 4u   /* of these, so many by all shadow entries that there are */

/* Nothing else holds this page, and nobody follows the guest's writes to it. */
static bool can_go(struct domain *d, u32 n)
{
	mfn_t m = d->p2m[n];
	const struct frame *f;

	if (!mfn_valid(m))
		return false;
	f = frame_of(m);
	/* A table out of sync is not traced, but has its shadow. */
	return f->refs == 1 && !(f->flags & (FRAME_TRACED | FRAME_WATCHED)) &&
	       !shadow_find(d->shadow, SH_L1, n) && !shadow_find(d->shadow, SH_L2, n);
}

/* The clock of the textbooks: who has been used since the hand last came by, stays. The A bits are
 * collected each time that the hand comes to the first page, and once more of whom it has chosen.
 * @return a page; nr_pages: none yet */
static u32 victim_by_clock(struct domain *d)
{
	struct reserve *r = &d->reserve;

	for (u32 looks = 0, close = 0; looks < LOOKS && close < CLOSELOOK; looks++) {
		u32 n = r->hand;
		struct frame *f;

		if (n == 0)
			frames_collect_used(d, mfn(INVALID_FRAME));
		r->hand = (n + 1) % d->nr_pages;
		if (!can_go(d, n))
			continue;
		f = frame_of(d->p2m[n]);
		if (!(f->flags & FRAME_USED)) {
			close++;
			if (!frames_collect_used(d, d->p2m[n]))
				return n;
		}
		f->flags &= ~FRAME_USED;
	}
	return d->nr_pages;
}

static u32 victim_at_random(struct domain *d)
{
	struct reserve *r = &d->reserve;

	for (u32 looks = 0; looks < LOOKS; looks++) {
		u32 n;

		/* Marsaglia's xorshift (2003), which never comes to 0 */
		r->hand ^= r->hand << 13;
		r->hand ^= r->hand >> 17;
		r->hand ^= r->hand << 5;
		n = r->hand % d->nr_pages;
		if (can_go(d, n))
			return n;
	}
	return d->nr_pages;
}

bool swap_out_one(struct domain *d)
{
	u32 n = d->reserve.random ? victim_at_random(d) : victim_by_clock(d), slot;
	mfn_t m;

	if (n == d->nr_pages)
		return false;
	m = d->p2m[n];
	slot = swap_put(m);
	if (slot == SWAP_FULL)
		return false;
	frame_unmap(d, m);
	trace_swap_out(d->vcpus, LANE_VMM, LANE_VMM, n, m.n, swap_sector(slot),
		       d->reserve.random ? VICTIM_random : VICTIM_clock);
	page_put(d, frame_of(m));
	d->p2m[n] = mfn(P2M_SWAPPED | slot);
	d->reserve.swapped++;
	d->reserve.outs++;
	return true;
}

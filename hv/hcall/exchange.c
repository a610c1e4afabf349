/*
 * exchange.c: XENMEM_exchange: a guest gives pages back and gets as many others for them at once:
 * scattered ones for some that lie one behind the other, as devices that move memory by themselves
 * need, or to make such runs again ("defragment").
 *
 * It goes by units: as many extents as make up the larger one of the two orders. Of a unit all is
 * done, or nothing.
 */
#include <trapline/xen/memory.h>
#include "dom/account.h"
#include "hcall/hcall.h"
#include "lib/range.h"
#include "mem/contiguous.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

#define MAX_ORDER   8u	/* a unit is at most 256 pages, 1 MB: what is cleared in one go */
#define WORK_PAGE   32u /* units of work: a page that comes in may be cleared */
#define WORK_SEARCH 8u	/* of the frames that are looked at, so many in one unit of work */

/** One unit while it is done. */
struct unit {
	u32 in_order, out_order, pages;
	u32 end; /* the new frames lie below this one */
	mfn_t in[1u << MAX_ORDER], out[1u << MAX_ORDER];
	u32 pfn[1u << MAX_ORDER]; /* which the guest calls the new ones; of each extent, the first
				   */
};

static bool own(const struct domain *d, u32 domid)
{
	return domid == DOMID_SELF || domid == d->id;
}

static bool pages_of_extents(const struct xen_memory_reservation *r, u32 *pages)
{
	*pages = r->nr_extents << r->extent_order;
	return *pages >> r->extent_order == r->nr_extents;
}

/* @return 0, or why nothing of this can be done */
static s32 check(const struct domain *d, const struct xen_memory_exchange *x)
{
	u32 in, out;

	if (!own(d, x->in.domid) || !own(d, x->out.domid))
		return -EINVAL;
	if (x->in.extent_order > MAX_ORDER || x->out.extent_order > MAX_ORDER)
		return -EPERM;
	if (!pages_of_extents(&x->in, &in) || !pages_of_extents(&x->out, &out) || in != out)
		return -EINVAL;
	return x->nr_exchanged > x->in.nr_extents ? -EINVAL : 0;
}

/* Read the unit that begins with extent `first` of the old ones: which frames go, and what the new
 * ones will be called. Nothing is done whose outcome the guest could not be told. */
static s32 read_unit(struct vcpu *v, const struct xen_memory_exchange *x, u32 first, struct unit *u)
{
	u32 first_out = (first << u->in_order) >> u->out_order, slot, base;

	for (u32 k = 0; k < u->pages; k += 1u << u->in_order) {
		if (!range_end(x->in.extent_start, first + (k >> u->in_order), sizeof(u32),
			       &slot) ||
		    copy_from_guest(v, &base, slot, sizeof(base)))
			return -EFAULT;
		for (u32 j = 0; j < 1u << u->in_order; j++)
			u->in[k + j] = mfn(base + j);
	}
	for (u32 k = 0; k < u->pages; k += 1u << u->out_order) {
		if (!range_end(x->out.extent_start, first_out + (k >> u->out_order), sizeof(u32),
			       &slot) ||
		    copy_from_guest(v, &u->pfn[k], slot, sizeof(u32)) ||
		    copy_to_guest(v, slot, &u->pfn[k], sizeof(u32)))
			return -EFAULT;
	}
	return 0;
}

/* While a frame is claimed it is not FRAME_ALLOCATED: it cannot be there twice. */
static void unclaim(const struct unit *u, u32 n)
{
	while (n--)
		frame_of(u->in[n])->flags |= FRAME_ALLOCATED;
}

static bool claim(const struct domain *d, const struct unit *u)
{
	for (u32 n = 0; n < u->pages; n++) {
		struct frame *f = frame_of(u->in[n]);

		if (!can_change_owner(d, f)) {
			unclaim(u, n);
			return false;
		}
		f->flags &= ~FRAME_ALLOCATED;
	}
	return true;
}

static bool find_new(struct domain *d, struct unit *u)
{
	for (u32 k = 0; k < u->pages; k += 1u << u->out_order) {
		mfn_t m = u->out_order || u->end < nr_frames
			      ? alloc_contiguous(d->id, u->out_order, u->end)
			      : alloc_frame_uncleared(d->id);

		d->direct->work += free_frames() / WORK_SEARCH * (u->out_order != 0);
		if (!mfn_valid(m)) {
			while (k--)
				frame_put(frame_of(u->out[k]));
			return false;
		}
		for (u32 j = 0; j < 1u << u->out_order; j++)
			u->out[k + j] = mfn(m.n + j);
	}
	return true;
}

static void hand_over(struct vcpu *v, const struct unit *u)
{
	struct domain *d = v->domain;

	/* The mappings of what goes have gone, but perhaps not from the processor's memory. */
	direct_flush(d->vcpus);
	for (u32 n = 0; n < u->pages; n++) {
		u32 in_extent = n & ((1u << u->out_order) - 1), pfn = u->pfn[n - in_extent];

		page_charge(d, u->out[n]);
		m2p[u->out[n].n] = pfn + in_extent;
		page_put(d, frame_of(u->in[n]));
		trace_p2m(v, LANE_VMM, LANE_VMM, pfn + in_extent, u->out[n].n);
	}
}

static s32 exchange_unit(struct vcpu *v, const struct xen_memory_exchange *x, struct unit *u)
{
	u32 first_out = (x->nr_exchanged << u->in_order) >> u->out_order;
	struct domain *d = v->domain;
	s32 err = read_unit(v, x, x->nr_exchanged, u);

	d->direct->work += u->pages * WORK_PAGE;
	if (err)
		return err;
	if (!claim(d, u))
		return -EINVAL;
	if (!find_new(d, u)) {
		unclaim(u, u->pages);
		return -ENOMEM;
	}
	hand_over(v, u);
	for (u32 k = 0; k < u->pages; k += 1u << u->out_order)
		if (copy_to_guest(v,
				  x->out.extent_start +
				      (first_out + (k >> u->out_order)) * (u32)sizeof(u32),
				  &u->out[k].n, sizeof(u32)))
			return -EFAULT;
	return 0;
}

s32 memory_exchange(struct vcpu *v, struct hcall_args *a)
{
	static struct unit u; /* no other call comes in between */
	struct xen_memory_exchange x;
	u32 done_at = a->a2 + offsetof(struct xen_memory_exchange, nr_exchanged), step, order;
	s32 err;

	work_begin(v->domain->direct);
	if (copy_from_guest(v, &x, a->a2, sizeof(x)) ||
	    copy_to_guest(v, done_at, &x.nr_exchanged, sizeof(u32)))
		return -EFAULT;
	err = check(v->domain, &x);
	if (err)
		return err;
	u.in_order = x.in.extent_order;
	u.out_order = x.out.extent_order;
	order = u.in_order > u.out_order ? u.in_order : u.out_order;
	u.pages = 1u << order;
	u.end = nr_frames;
	if (x.out.address_bits && x.out.address_bits < 32)
		u.end =
		    x.out.address_bits > PAGE_SHIFT ? 1u << (x.out.address_bits - PAGE_SHIFT) : 0;
	step = 1u << (order - u.in_order);
	if (x.nr_exchanged % step)
		return -EINVAL;
	while (!err && x.nr_exchanged < x.in.nr_extents) {
		if (v->domain->direct->work >= WORK_BOUND) {
			err = HCALL_AGAIN;
			break;
		}
		err = exchange_unit(v, &x, &u);
		x.nr_exchanged += err ? 0 : step;
	}
	/* How far it is, says the guest's own structure: there a call that is interrupted goes on.
	 */
	return copy_to_guest(v, done_at, &x.nr_exchanged, sizeof(u32)) ? -EFAULT : err;
}

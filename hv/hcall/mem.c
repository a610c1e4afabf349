/*[H77] mem.c: a guest's memory reservation: giving pages back (ballooning) and asking for them. */
#include <trapline/xen/memory.h>
#include "comm/grant.h"
#include "dom/guest_ops.h"
#include "hcall/hcall.h"
#include "lib/range.h"
#include "lib/string.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

#define WORK_EXTENT 32u /* units: a page that comes in may be cleared */

/** Give frame `m` back: it is freed when the last mapping goes, and counts as the guest's until
 * then. A pinned table stays. */
static bool give_back(struct domain *d, mfn_t m)
{
	struct frame *f = frame_of(m);

	if (!f || f->owner != d->id || !(f->flags & FRAME_ALLOCATED) || (f->flags & FRAME_PINNED))
		return false;
	f->flags &= ~FRAME_ALLOCATED;
	page_put(d, f);
	return true;
}

/* One extent of a request for domain d. @return true if it was done */
static bool extent(struct vcpu *v, struct domain *d, u32 cmd, vaddr_t slot)
{
	u32 word = 0;
	mfn_t m;

	if (cmd != XENMEM_increase_reservation && copy_from_guest(v, &word, slot, sizeof(word)))
		return false;
	/* What has no frames of its own to speak of is given the page that it asks for, and Domain
	 * 0 calls it by the same number. */
	if (!d->ops->by_mfn)
		return cmd == XENMEM_populate_physmap && mfn_valid(d->ops->frame(d, word, false));
	if (cmd == XENMEM_decrease_reservation)
		return give_back(d, mfn(word));

	if (d->populated >= d->nr_pages && domain_full(d))
		return false;
	m = alloc_frame_uncleared(d->id);
	if (!mfn_valid(m))
		return false;
	page_charge(d, m);
	if (cmd == XENMEM_populate_physmap)
		m2p[m.n] = word;
	/* A guest that cannot be told which page it got does not get it. */
	if (slot && copy_to_guest(v, slot, &m.n, sizeof(m.n)))
		return give_back(d, m), false;
	trace_p2m(v, LANE_VMM, LANE_VMM, word, m.n);
	return true;
}

static s32 change_reservation(struct vcpu *v, struct hcall_args *a)
{
	u32 cmd = a->a1 & MEMOP_CMD_MASK, done = a->a1 >> MEMOP_EXTENT_SHIFT;
	struct xen_memory_reservation r;
	struct domain *d;
	vaddr_t slot = 0;
	int err;

	work_begin(v->domain->direct);
	if (copy_from_guest(v, &r, a->a2, sizeof(r)))
		return -EFAULT;
	err = find_target(v, r.domid, &d);
	if (err)
		return err;
	if (r.extent_order != 0 || done > r.nr_extents || r.nr_extents > ~0u >> MEMOP_EXTENT_SHIFT)
		return -EINVAL;
	for (; done < r.nr_extents; done++) {
		if (v->domain->direct->work >= WORK_BOUND) {
			a->a1 = cmd | done << MEMOP_EXTENT_SHIFT;
			return HCALL_AGAIN;
		}
		v->domain->direct->work += WORK_EXTENT;
		/* Past the end of memory comes nothing, and not address 0: that is "no list". */
		if (r.extent_start && !range_end(r.extent_start, done, sizeof(u32), &slot))
			break;
		if (!extent(v, d, cmd, slot))
			break;
	}
	return done;
}

/** memory_op(cmd, arg): see include/trapline/xen/memory.h.
 * @return extents done, or pages; -EFAULT, -EINVAL, -EPERM, -ENOSYS */
s32 hc_memory_op(struct vcpu *v, struct hcall_args *a)
{
	struct domain *d;
	domid_t domid;
	int err;

	switch (a->a1 & MEMOP_CMD_MASK) {
	case XENMEM_increase_reservation:
	case XENMEM_decrease_reservation:
	case XENMEM_populate_physmap:
		rehook_all(v);
		return change_reservation(v, a);
	case XENMEM_exchange:
		rehook_all(v);
		return memory_exchange(v, a);
	case XENMEM_maximum_ram_page:
		return nr_frames - 1;
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
		if (copy_from_guest(v, &domid, a->a2, sizeof(domid)))
			return -EFAULT;
		err = find_target(v, domid, &d);
		if (err)
			return err;
		return (a->a1 & MEMOP_CMD_MASK) == XENMEM_current_reservation ? d->populated
									      : domain_limit(d);
	}
	return -ENOSYS;
}

/* memory_ctl.c: for domctl: how much memory a shadow-mode domain is to have, and where it is. */
#include "hcall/memory_ctl.h"
#include "hcall/errno.h"
#include "hw/passthrough.h"

#define LEAST_RESIDENT 16u /* pages: with fewer a guest might not get through one instruction */

static s32 set_target(struct reserve *r, u32 pages)
{
	if (!pages || pages > r->limit)
		return -EINVAL;
	r->target = pages;
	return 0;
}

static s32 set_resident(struct domain *d, const struct xen_domctl_tl_memory *m)
{
	struct reserve *r = &d->reserve;

	if (m->pages < LEAST_RESIDENT || m->pages > d->nr_pages || m->victim > TL_VICTIM_SAME)
		return -EINVAL;
	if (!ata2_is_ours)
		return -ENXIO;
	r->resident = m->pages;
	if (m->victim == TL_VICTIM_SAME)
		return 0;
	r->random = m->victim == TL_VICTIM_RANDOM;
	r->hand = r->random ? 1 + d->id : 0;
	return 0;
}

s32 memory_ctl(struct domain *d, struct xen_domctl_tl_memory *m)
{
	const struct reserve *r = &d->reserve;
	s32 err = 0;

	if (!d->p2m)
		return -EINVAL;
	if (m->what == TL_MEMORY_TARGET)
		err = set_target(&d->reserve, m->pages);
	else if (m->what == TL_MEMORY_RESIDENT)
		err = set_resident(d, m);
	else if (m->what != TL_MEMORY_LOOK)
		return -ENOSYS;
	m->target = r->target;
	m->limit = r->limit;
	m->has = d->nr_pages - r->given;
	m->resident = d->populated;
	m->resident_max = r->resident;
	m->swapped = r->swapped;
	m->outs = r->outs;
	m->ins = r->ins;
	return err;
}

/*
 * balloon.c: the balloon device: a port by which the guest's driver says which pages it does
 * without, as VMware's driver does. What becomes of them is the design's to say.
 */
#include <trapline/balloon.h>
#include "dev/devices.h"
#include "dom/guest_ops.h"

u32 balloon_in(struct vcpu *v)
{
	struct cpu_regs *r = v->regs;
	struct domain *d = v->domain;
	u32 answer;

	if (r->eax != BALLOON_MAGIC || !d->ops->balloon)
		return BALLOON_NOBODY;
	switch (r->ecx) {
	case BALLOON_START:
		r->ebx = d->nr_pages;
		return BALLOON_OK;
	case BALLOON_TARGET:
		r->ebx = d->reserve.target;
		return BALLOON_OK;
	case BALLOON_SHARE:
		r->ebx = d->reserve.resident;
		return BALLOON_OK;
	case BALLOON_GIVE:
	case BALLOON_TAKE:
		answer = d->ops->balloon(d, r->ecx == BALLOON_GIVE, r->ebx);
		if (answer == BALLOON_OK)
			r->ebx = d->nr_pages - d->reserve.given;
		return answer;
	}
	return BALLOON_COMMAND;
}

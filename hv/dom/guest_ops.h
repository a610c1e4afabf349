/*
 * guest_ops.h: what differs between the designs, beside the MMU's slots (mmu.h).
 *
 * Shadow and direct mode fill it in trap/shadow.c and trap/direct.c; nobody else asks in which mode
 * a domain is. It is also how what lies below reaches the design, which is above (hv/rooms).
 */
#ifndef HV_GUEST_OPS_H
#define HV_GUEST_OPS_H

#include "dom/domain.h"
#include "mem/frame.h"

struct guest_ops {
	/** From now on the guest's writes to this frame come to us: no way in is left writable. */
	void (*watch)(struct domain *d, mfn_t m);
	/** When does the domain next wait for the time? System time in ns; 0: it does not. */
	u64 (*deadline)(const struct domain *d);
	/** It is `now`: raise what is due. */
	void (*tick)(struct domain *d, u64 now);
	/** A byte has been typed for it. */
	void (*input)(struct domain *d, u8 byte);
};

extern const struct guest_ops shadow_guest, direct_guest;

/** See to it that the guest's writes to this frame come to us (FRAME_WATCHED). */
static inline void watch_frame(struct domain *d, mfn_t m)
{
	if (!(frame_of(m)->flags & FRAME_WATCHED))
		d->ops->watch(d, m);
}

#endif

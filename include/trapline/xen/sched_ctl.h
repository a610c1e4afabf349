/*
 * sched_ctl.h: the scheduler's parameters of a domain: domctl's scheduler_op, laid out as in
 * Xen 3.1. BVT's part is that of Xen 3.0, the last that had it (struct bvt_adjdom).
 */
#ifndef TRAPLINE_XEN_SCHED_CTL_H
#define TRAPLINE_XEN_SCHED_CTL_H

#include <trapline/types.h>

#define XEN_SCHEDULER_BVT 0
#define XEN_SCHEDULER_RR  3 /* round robin, which has no parameters */

#define XEN_DOMCTL_SCHEDOP_putinfo 0
#define XEN_DOMCTL_SCHEDOP_getinfo 1

struct xen_domctl_scheduler_op {
	u32 sched_id; /* XEN_SCHEDULER_ */
	u32 cmd;      /* XEN_DOMCTL_SCHEDOP_ */
	union {
		struct xen_domctl_sched_bvt {
			u32 mcu_advance; /* the inverse of its weight, 1 to 1000 */
			u32 warpback;	 /* 1: it may warp */
			s32 warpvalue;	 /* how far, in virtual time */
			u32 pad;
			s64 warpl; /* for how long, in microseconds; 0: no limit */
			s64 warpu; /* for how long it may not then, in microseconds */
		} bvt;
	} u;
};
_Static_assert(sizeof(struct xen_domctl_scheduler_op) == 40, "xen_domctl_scheduler_op");

#endif

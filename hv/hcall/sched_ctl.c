/* sched_ctl.c: domctl's scheduler_op: a domain's parameters, from the interface's words to ours. */
#include <trapline/xen/sched_ctl.h>
#include "dom/run.h"
#include "hcall/errno.h"
#include "hcall/sched_ctl.h"
#include "lib/div.h"

#define US 1000u /* ns */

static s64 to_us(u64 ns)
{
	div_u64(&ns, US);
	return ns;
}

static s32 get(struct domain *d, struct xen_domctl_sched_bvt *bvt)
{
	struct sched_params p;

	if (!domain_sched_get(d, &p))
		return -EINVAL;
	*bvt = (struct xen_domctl_sched_bvt){.mcu_advance = p.mcu_advance,
					     .warpback = p.warpback,
					     .warpvalue = p.warpvalue,
					     .warpl = to_us(p.warpl),
					     .warpu = to_us(p.warpu)};
	return 0;
}

static s32 put(struct domain *d, const struct xen_domctl_sched_bvt *bvt)
{
	struct sched_params p = {.mcu_advance = bvt->mcu_advance,
				 .warpback = bvt->warpback,
				 .warpvalue = bvt->warpvalue,
				 .warpl = (u64)bvt->warpl * US,
				 .warpu = (u64)bvt->warpu * US};

	/* Nothing has wrapped then; negative ones are too large. */
	if (bvt->warpvalue < 0 || (u64)bvt->warpl > WARP_TIME_MAX / US ||
	    (u64)bvt->warpu > WARP_TIME_MAX / US)
		return -EINVAL;
	return domain_sched_set(d, &p) ? 0 : -EINVAL;
}

s32 scheduler_op(struct domain *d, struct xen_domctl_scheduler_op *op)
{
	if (op->sched_id != XEN_SCHEDULER_BVT)
		return -EINVAL;
	switch (op->cmd) {
	case XEN_DOMCTL_SCHEDOP_putinfo:
		return put(d, &op->u.bvt);
	case XEN_DOMCTL_SCHEDOP_getinfo:
		return get(d, &op->u.bvt);
	}
	return -ENOSYS;
}

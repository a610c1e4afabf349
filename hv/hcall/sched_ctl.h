/* sched_ctl.h: for domctl: the scheduler's parameters of a domain. */
#ifndef HV_SCHED_CTL_H
#define HV_SCHED_CTL_H

#include <trapline/xen/sched_ctl.h>
#include "dom/domain.h"

/** Change them, or fill them in, of all vcpus of the domain. @return 0; -EINVAL if they are out of
 * range, or are those of another policy than the one in use; -ENOSYS */
s32 scheduler_op(struct domain *d, struct xen_domctl_scheduler_op *op);

#endif

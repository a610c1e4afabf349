/* disk.h: for domctl: Domain 0 has the sectors of a virtual PC's disk. */
#ifndef HV_HCALL_DISK_H
#define HV_HCALL_DISK_H

#include <trapline/xen/domctl.h>
#include "dom/domain.h"

/**
 * For `v` in Domain 0: attach a disk to a shadow-mode domain, ask what it wants, answer it.
 * @return 0, or -EINVAL (it has no virtual PC, it has ended, no such port), -EBUSY (no memory, or
 * its disk has another size), -EAGAIN (it wants nothing), -ESRCH (not that any more), -EFAULT,
 * -ENOSYS
 */
s32 disk_op(struct vcpu *v, struct domain *d, struct xen_domctl_tl_disk *k);

#endif

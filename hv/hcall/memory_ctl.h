/* memory_ctl.h: for domctl: the memory of a shadow-mode domain. */
#ifndef HV_HCALL_MEMORY_CTL_H
#define HV_HCALL_MEMORY_CTL_H

#include <trapline/xen/domctl.h>
#include "dom/domain.h"

/** Change what m->what says, and tell how it is now.
 * @return 0, or -EINVAL: it is of direct mode, or has no memory yet, or the number is no good;
 * -ENXIO: there is no swap disk; -ENOSYS */
s32 memory_ctl(struct domain *d, struct xen_domctl_tl_memory *m);

#endif

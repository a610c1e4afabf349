/* others.h: a second domain, for cases in which a Domain 0 gone mad turns on others. */
#ifndef ROGUE_OTHERS_H
#define ROGUE_OTHERS_H

#include <trapline/xen/domctl.h>
#include "pv.h"

#define NOBODY	     99u /* an id that no domain has */
#define OTHER_FRAMES 16u

extern u32 other;		    /* its id */
extern u32 other_mfn[OTHER_FRAMES]; /* its pages, if it is one of direct mode */

s32 domctl(struct xen_domctl *op, u32 cmd, u32 domid);
s32 sysctl(struct xen_sysctl *op, u32 cmd);
/** Make it: 64 pages at most, of which a direct-mode domain has OTHER_FRAMES, all zero. */
void make_other(bool shadow);
void destroy_other(void);
/** Change the entry that maps victim_data to map frame `n` of a domain's. */
s32 map_foreign(u32 domid, u32 n, u32 flags);
/** Free frames of the machine, the hypervisor's own among them. */
u32 frames_free(void);

#endif

/* desc.h: which segment descriptors a direct-mode guest may have. */
#ifndef HV_HCALL_DESC_H
#define HV_HCALL_DESC_H

#include "cpu/x86.h"

#define DESCS_PER_PAGE 512u

/**
 * Check a descriptor that a guest wants in its GDT or LDT, and shorten a segment that would reach
 * beyond the M2P table (SDM 3A 3.4.5; Xen allows the same).
 * @return false if it must be refused: DPL 0, a system segment or a gate other than a call gate
 * into the guest's own code, an expand-down segment over us, or one that cannot be shortened
 */
bool descriptor_check(struct desc *d);

#endif

/* walk.h: the direct MMU's part of guest_read and guest_write. */
#ifndef HV_DIRECT_WALK_H
#define HV_DIRECT_WALK_H

#include "mmu/direct/direct.h"

_Static_assert(PF_W == PTE_RW && PF_US == PTE_US && PF_P == PTE_P, "SDM 3A, 4.3 and 4.7");

/** struct mmu_ops.translate. */
mfn_t direct_translate(struct vcpu *v, vaddr_t va, u32 access, struct guest_fault *pf);
/** struct mmu_ops.write. A write to a page table changes its entries one by one, validated. */
bool direct_write(struct vcpu *v, mfn_t m, u32 offset, const void *src, u32 len,
		  struct guest_fault *pf);

#endif

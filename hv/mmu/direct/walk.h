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

/** Walk the tables, and remember what was found. @return as known_page; NULL if it must be done by
 * guest_read() or guest_write() */
u8 *learn_page(struct vcpu *v, vaddr_t va, u32 len, bool write);
/** Forget all that was remembered. */
void forget_pages(struct domain *d);

/**
 * Guest memory by linear address, from the little memory of earlier walks: `len` bytes within one
 * page, to be read or (`write`) written as by ring 1. Nothing needs to be told when a table
 * changes: what was remembered does not match any more.
 * @return where they are, until the next walk; NULL if that is not known
 */
static inline u8 *known_page(struct vcpu *v, vaddr_t va, u32 len, bool write)
{
	struct direct_state *s = v->domain->direct;
	const struct known_page *k = &s->known[va / PAGE_SIZE % NR_KNOWN];
	u32 offset = va % PAGE_SIZE;

	if ((write ? k->va : k->va & PAGE_MASK) != va - offset + write ||
	    s->base[va >> 22] != k->pde || *k->pte_at != k->pte || offset + len > PAGE_SIZE)
		return NULL;
	return k->page + offset;
}
/** The same, by a walk if need be. */
static inline u8 *find_page(struct vcpu *v, vaddr_t va, u32 len, bool write)
{
	u8 *page = known_page(v, va, len, write);

	return page ? page : learn_page(v, va, len, write);
}

#endif

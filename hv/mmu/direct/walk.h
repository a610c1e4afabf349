/* walk.h: the direct MMU's part of guest_read and guest_write: a software TLB before a walk. */
#ifndef HV_DIRECT_WALK_H
#define HV_DIRECT_WALK_H

#include "mmu/direct/direct.h"

_Static_assert(PF_W == PTE_RW && PF_US == PTE_US && PF_P == PTE_P, "SDM 3A, 4.3 and 4.7");

/** struct mmu_ops.translate. */
mfn_t direct_translate(struct vcpu *v, vaddr_t va, u32 access, struct guest_fault *pf);
/** struct mmu_ops.write. A write to a page table changes its entries one by one, validated. */
bool direct_write(struct vcpu *v, mfn_t m, u32 offset, const void *src, u32 len,
		  struct guest_fault *pf);

/** A TLB miss: walk the tables, and fill in the entry. @return as soft_tlb_lookup(); NULL if it
 * must be done by guest_read() or guest_write() */
u8 *soft_tlb_fill(struct vcpu *v, vaddr_t va, u32 len, bool write) __attribute__((cold));
const u8 *soft_itlb_fill(struct vcpu *v, vaddr_t va, u32 len) __attribute__((cold));
/** Flush the software TLB. */
void soft_tlb_flush(struct domain *d);

static ALWAYS_INLINE u8 *soft_tlb_address(const struct soft_tlb_entry *k, vaddr_t va)
{
	u8 *at = (u8 *)((uintptr_t)va + k->to_page);

	if (!at) /* never: callers need not ask again */
		__builtin_unreachable();
	return at;
}
/**
 * Guest memory by linear address, from the software TLB: `len` bytes within one page, to be read or
 * (`write`) written as by ring 1. It needs no flush when a table changes: an entry is compared with
 * the tables each time, and then does not match any more.
 * @return where they are, until the next walk; NULL: a miss
 */
static ALWAYS_INLINE u8 *soft_tlb_lookup(struct vcpu *v, vaddr_t va, u32 len, bool write)
{
	const struct direct_state *s = v->domain->direct;
	const struct soft_tlb_entry *k = &s->soft_tlb[va / PAGE_SIZE % NR_SOFT_TLB];
	/* Of the page in which it ends: if that is the next one, it has another place than this. */
	u32 last = (va + len - 1) | (PAGE_SIZE - 1);

	asm("" : "+r"(k)); /* one register, instead of two and a sum each time */
	if ((write ? k->writable : k->readable) != last || s->base[va >> 22] != k->pde ||
	    *k->pte_at != k->pte)
		return NULL;
	return soft_tlb_address(k, va);
}
/** The same for instructions, which have an entry of their own: an instruction TLB. */
static ALWAYS_INLINE const u8 *soft_itlb_lookup(struct vcpu *v, vaddr_t va, u32 len)
{
	const struct direct_state *s = v->domain->direct;

	if (s->soft_itlb.readable != (va | (PAGE_SIZE - 1)) || va % PAGE_SIZE > PAGE_SIZE - len ||
	    s->soft_itlb.pde != s->base[va >> 22] || *s->soft_itlb.pte_at != s->soft_itlb.pte)
		return NULL;
	return soft_tlb_address(&s->soft_itlb, va);
}
/** soft_tlb_lookup(), and on a miss a walk. */
static ALWAYS_INLINE u8 *find_page(struct vcpu *v, vaddr_t va, u32 len, bool write)
{
	u8 *page = soft_tlb_lookup(v, va, len, write);

	return page ? page : soft_tlb_fill(v, va, len, write);
}

#endif

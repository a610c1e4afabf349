/*
 * entry.h: what one page-table entry of a direct-mode guest holds on to.
 *
 * A present L1 entry holds a reference to the frame that it maps, and if it maps it writable, the
 * frame's type as well: while it exists, the frame cannot become a page table. A present L2 entry
 * holds a reference to an L1 table and its type.
 */
#ifndef HV_DIRECT_ENTRY_H
#define HV_DIRECT_ENTRY_H

#include "lib/printk.h"
#include "mmu/direct/direct.h"

/* Bits that no present entry may have. A global page would outlive a CR3 load; a set bit 7 would be
 * a 4 MB page in a directory, and means something else on newer CPUs in a table. */
#define PTE_REFUSED (PTE_PS | PTE_G)
/* Bits that decide what an entry holds: if none of them changes, nothing else needs looking at. All
 * others are listed by exclusion, so that an unknown bit is always looked at (advisory 148). */
#define L1E_HARMLESS (PTE_US | PTE_PWT | PTE_PCD | PTE_A | PTE_D | PTE_AVAIL)
/* In a directory, RW belongs to the deciding bits: a directory that maps itself must stay read-only
 * (advisory 182). */
#define L2E_HARMLESS L1E_HARMLESS

static inline mfn_t pte_mfn(u32 pte)
{
	return mfn(pte >> PAGE_SHIFT);
}

/** Take what L1 entry `pte` of domain `d` would hold. @return 0 or -EINVAL */
static inline int l1e_get(struct domain *d, u32 pte)
{
	/* LAB 03.1c BEGIN */
	struct frame *f;

	if (!(pte & PTE_P))
		return 0;
	if (pte & PTE_REFUSED)
		return -EINVAL;
	f = frame_of(pte_mfn(pte));
	if (!f)
		return -EINVAL;
	if (f->owner != d->id || f->refs == 0)
		/* The one page of ours that the guest may map; it needs no counting, since it
		 * stays ours for as long as the domain lives. */
		return pte_mfn(pte).n == d->shared_mfn.n ? 0 : -EINVAL;
	if (pte & PTE_RW) {
		/* The common case of type_get(): one more writable mapping. */
		if (f->type == FT_WRITABLE)
			f->type_count++;
		else if (type_get(d, f, FT_WRITABLE))
			return -EINVAL;
	}
	f->refs++;
	return 0;
	/* LAB 03.1c END */
}

/** Drop what an L1 entry holds. The entry must be gone from its table already. */
static inline void l1e_put(struct domain *d, u32 pte)
{
	struct frame *f;

	if (!(pte & PTE_P) || pte_mfn(pte).n == d->shared_mfn.n)
		return;
	f = &frame_table[pte_mfn(pte).n]; /* it was there when it was taken */
	if ((pte & PTE_RW) && !count_down(&f->type_count))
		panic("frame %x is not writable", pte_mfn(pte).n);
	if (count_down_to_1(&f->refs))
		return;
	page_put(d, f);
}

/** Take what entry `slot` of the page directory in frame `dir` would hold. @return 0 or -EINVAL */
static inline int l2e_get(struct domain *d, mfn_t dir, u32 slot, u32 pde)
{
	/* LAB 03.1d BEGIN */
	struct frame *f;
	int err;

	if (!(pde & PTE_P))
		return 0;
	if (pde & PTE_REFUSED)
		return -EINVAL;
	/* A directory may map itself, as a page table of all page tables, but not writable, and no
	 * other directory may be mapped so: their nesting could be endless (advisory 240). Its last
	 * slots are ours: under `segments` the guest's kernel can read a few of our pages through
	 * them, as it can on Xen, but never write. */
	if (pte_mfn(pde).n == dir.n)
		return pde & PTE_RW ? -EINVAL : 0;
	f = frame_of(pte_mfn(pde));
	err = table_get(d, pte_mfn(pde), FT_PAGE_TABLE);
	if (err)
		return err;
	/* Where the table is hooked, for writable.c; HV_SLOT once it was hooked twice. */
	f->aux = f->type_count - !!(f->flags & FRAME_PINNED) == 1 ? slot : HV_SLOT;
	return 0;
	/* LAB 03.1d END */
}

/** Drop what a directory entry holds. */
static inline void l2e_put(struct domain *d, mfn_t dir, u32 pde)
{
	if ((pde & PTE_P) && pte_mfn(pde).n != dir.n)
		table_put(d, frame_of(pte_mfn(pde)));
}

#endif

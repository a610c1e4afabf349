/*[H56] walk.c: walking the guest's own page tables, as its processor would (SDM 3A 4.3). */
#include "find/find.h"
#include "mem/domain_page.h"
#include "mmu/shadow/reclaim.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

mfn_t populate(struct domain *d, u32 n)
{
	mfn_t m;

	if (n >= d->nr_pages)
		return mfn(INVALID_FRAME);
	m = d->p2m[n];
	if (mfn_valid(m) || m.n == P2M_GIVEN)
		return m;
	m = alloc_frame(d->id);
	if (!mfn_valid(m)) {
		domain_kill(d, END_no_memory, n, "the machine has no memory left for it");
		return m;
	}
	if (p2m_swapped(d->p2m[n]) && !swap_in(d, n, m)) {
		frame_put(frame_of(m));
		return mfn(INVALID_FRAME);
	}
	d->p2m[n] = m;
	d->populated++;
	m2p[m.n] = n;
	frame_of(m)->pfn = n;
	trace_p2m(d->vcpus, LANE_VMM, LANE_VMM, n, m.n);
	return m;
}

static inline u32 word_in(mfn_t m, u32 index)
{
	u32 *page = map_domain_page(m), word = page[index];

	unmap_domain_page(page);
	return word;
}

/* What lies among code is read without the patches. */
static u32 __attribute__((noinline)) word_in_code(struct domain *d, u32 n, u32 index)
{
	u32 word = word_in(d->p2m[n], index);

	patch_overlay(d, paddr(n * PAGE_SIZE + index * 4), (u8 *)&word, sizeof(word));
	return word;
}

u32 guest_word(struct domain *d, u32 n, u32 index)
{
	mfn_t m;

	m = p2m_of(d, n);
	if (!mfn_valid(m) && !(p2m_swapped(m) && mfn_valid(m = populate(d, n))))
		return 0;
	if (frame_of(m)->flags & FRAME_WATCHED)
		return word_in_code(d, n, index);
	return word_in(m, index);
}

void guest_word_set(struct domain *d, u32 n, u32 index, u32 val)
{
	mfn_t m = populate(d, n);
	u32 *page;

	if (!mfn_valid(m))
		return;
	page = map_domain_page(m);
	page[index] = val;
	unmap_domain_page(page);
	if (frame_of(m)->flags & FRAME_WATCHED)
		patch_written(d, n * PAGE_SIZE + index * 4, sizeof(val));
}

/* Does this level let the access through? */
/* LAB 02.1a BEGIN */
static bool level_allows(u32 entry, u32 access, bool wp, bool *wp_off)
{
	if ((access & PF_US) && !(entry & PTE_US))
		return false;
	if ((access & PF_W) && !(entry & PTE_RW)) {
		if ((access & PF_US) || wp)
			return false;
		*wp_off = true;
	}
	return true;
}
/* LAB 02.1a END */

void guest_walk(struct vcpu *v, vaddr_t va, u32 access, struct walk *w)
{
	struct domain *d = v->domain;
	u32 pd = v->virt.cr3 >> PAGE_SHIFT, i2 = va >> 22, i1 = va >> PAGE_SHIFT & (NR_PTES - 1);
	bool wp = v->virt.cr0 & CR0_WP;
	u32 marks;

	*w = (struct walk){0};
	if (!(v->virt.cr0 & CR0_PG)) {
		w->present = w->allowed = true;
		w->pfn = place_of(d, va >> PAGE_SHIFT);
		w->pde = PTE_P | PTE_RW | PTE_US | PTE_A;
		w->pte = (va & PTE_FRAME) | w->pde | PTE_D;
		return;
	}
	/* LAB 02.1b BEGIN */
	w->pde = guest_word(d, pd, i2);
	if (!(w->pde & PTE_P))
		return;
	w->large = (w->pde & PTE_PS) && (v->virt.cr4 & CR4_PSE);
	if (w->large) {
		w->pte = (w->pde & PDE_LARGE_FRAME) | i1 << PAGE_SHIFT | (w->pde & 0x7F);
	} else {
		w->table_pfn = w->pde >> PAGE_SHIFT;
		w->pte = guest_word(d, w->table_pfn, i1);
		if (!(w->pte & PTE_P))
			return;
	}
	w->present = true;
	w->pfn = w->pte >> PAGE_SHIFT;
	w->allowed = level_allows(w->pde, access, wp, &w->wp_off) &&
		     level_allows(w->pte, access, wp, &w->wp_off);
	/* LAB 02.1b END */
	w->pfn = place_of(d, w->pfn);
	if (!w->allowed || access & PF_LOOK)
		return;

	/* LAB 02.5a BEGIN */
	/* The processor marks the entries that it uses; so do we, for it walks only ours. */
	marks = PTE_A | (access & PF_W ? PTE_D : 0);
	w->set_a = !(w->pte & PTE_A);
	w->set_d = marks & ~w->pte & PTE_D;
	if (w->large) {
		if ((w->pde & marks) != marks) {
			w->pde |= marks;
			guest_word_set(d, pd, i2, w->pde);
		}
	} else {
		if (!(w->pde & PTE_A)) {
			w->pde |= PTE_A;
			guest_word_set(d, pd, i2, w->pde);
		}
		if ((w->pte & marks) != marks) {
			w->pte |= marks;
			guest_word_set(d, w->table_pfn, i1, w->pte);
		}
	}
	w->pte |= marks;
	/* LAB 02.5a END */
}

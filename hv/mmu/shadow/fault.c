/*[H60a]
 * fault.c: page faults in shadow mode. A true one is the guest's, by its own tables. A hidden one
 * it never learns of: the shadow lacked an entry, or a write had to be noticed.
 */
#include "dom/segments.h"
#include "insn/insn.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

#define REP_PREFIX 0xF3

/* The L1 shadow that maps `va` for this walk, linked into the root. */
static struct shadow_page *l1_for(struct vcpu *v, vaddr_t va, const struct walk *w)
{
	struct domain *d = v->domain;
	struct shadow_page *root = d->shadow->root, *l1;
	u32 slot = va >> 22;

	if (slot_is_ours(d, root, slot) && !shadow_make_room(v, root, slot))
		return NULL;
	if (!(v->virt.cr0 & CR0_PG))
		l1 = shadow_get(d, SH_UNPAGED_L1, slot);
	else if (w->large) /* one shadow for all directories that map it alike, A and D included */
		l1 = shadow_get(d, SH_L1_LARGE, (w->pde & PDE_LARGE_FRAME) | (w->pde & 0x1FF));
	else
		l1 = shadow_get(d, SH_L1, w->table_pfn);
	if (l1)
		spde_set(d, root, slot, l1, w->pde);
	return l1;
}

/* Is this frame a table no longer? A page table that no directory leads to has been freed; so has
 * a directory that is not the base and is filled or copied over by a string instruction. */
static bool table_is_reused(struct vcpu *v, u32 frame_pfn)
{
	struct shadow_state *s = v->domain->shadow;
	struct shadow_page *l1 = shadow_find(s, SH_L1, frame_pfn);
	struct shadow_page *l2 = shadow_find(s, SH_L2, frame_pfn);
	u8 first = 0, size;

	if ((l1 && l1->refs) || (l2 && l2 == s->root))
		return false;
	guest_fetch(v, code_address(v, &size), &first, 1);
	if (l2 && first != REP_PREFIX)
		return false;
	if (l1)
		shadow_drop(v->domain, l1, DROP_freed);
	if (l2)
		shadow_drop(v->domain, l2, DROP_freed);
	return true;
}

/* With CR0.WP clear a kernel may write to pages that are read-only in its tables. The shadow's
 * entry becomes writable, but not for ring 3: the next access from there faults, and the usual
 * entry takes its place. */
static void let_kernel_write(struct vcpu *v, vaddr_t va, const struct walk *w)
{
	struct shadow_page *l1;

	if (!mfn_valid(populate(v->domain, w->pfn)))
		return;
	l1 = l1_for(v, va, w);
	if (l1)
		spte_set(v->domain, l1, va >> PAGE_SHIFT & (NR_PTES - 1),
			 spte_of(v->domain, w->pte | PTE_RW) & ~PTE_US);
}

/* The FRAME_ flags of the machine frame behind one of the guest's; 0 while there is none. */
static u8 flags_behind(const struct domain *d, u32 pfn)
{
	mfn_t m = pfn < d->nr_pages ? d->p2m[pfn] : mfn(INVALID_FRAME);

	return mfn_valid(m) ? frame_of(m)->flags : 0;
}

/* A write that must not reach memory by itself. Returns false if it may after all. */
static bool emulate_traced_write(struct vcpu *v, vaddr_t va, const struct walk *w)
{
	struct domain *d = v->domain;
	u8 flags = flags_behind(d, w->pfn) & (FRAME_TRACED | FRAME_WATCHED);
	struct shadow_page *l1;

	if (flags == FRAME_TRACED && table_is_reused(v, w->pfn))
		return false;
	if (emulate_write(v) != EMUL_UNKNOWN)
		return true;
	if (!flags && (w->pde & PTE_RW)) {
		let_kernel_write(v, va, w);
		return true;
	}
	/* The emulator does not know the instruction; it may be one of the FPU. */
	l1 = mfn_valid(populate(d, w->pfn)) ? l1_for(v, va, w) : NULL;
	if (l1)
		shadow_step_over(v, va, l1, w, true);
	return true;
}

/* A hole: guest-physical addresses without memory or device. As on a PC, reads give something
 * (here zeroes) and writes are lost. Returns false if the code itself lies there. */
static bool access_hole(struct vcpu *v, vaddr_t va, const struct walk *w, u32 err)
{
	struct shadow_page *l1;
	struct guest_fault pf;
	u8 size;

	if (v->domain->mmu->translate(v, code_address(v, &size), 0, &pf).n == hole_frame().n)
		return false;
	if (err & PF_W && emulate_write(v) != EMUL_UNKNOWN)
		return true;
	l1 = l1_for(v, va, w);
	if (l1)
		shadow_step_over(v, va, l1, w, err & PF_W);
	return true;
}

/*
 * Whose fault is it? Walks the guest's own tables; `w` is what they say. Returns the verdict, one
 * of the WALK_ of event.def, which is traced. A true fault is one that the guest's processor would
 * raise, too: then *pf is what it would tell.
 */
static u8 find_verdict(struct vcpu *v, vaddr_t va, u32 err, struct walk *w, struct guest_fault *pf)
{
	/* LAB 02.1c BEGIN */
	struct domain *d = v->domain;
	u32 access = err & (PF_W | PF_US);
	u8 verdict;

	guest_walk(v, va, access, w);
	if (!w->allowed) {
		verdict = w->present ? WALK_protection : WALK_not_present;
		*pf = (struct guest_fault){true, va, access | (w->present ? PF_P : 0)};
	} else if (w->pfn >= d->nr_pages) {
		verdict = WALK_no_machine_page;
	} else if ((err & PF_W) &&
		   (w->wp_off || flags_behind(d, w->pfn) & (FRAME_TRACED | FRAME_WATCHED))) {
		verdict = WALK_traced_write;
	} else {
		verdict = w->set_d   ? WALK_hidden_dirty
			  : w->set_a ? WALK_hidden_accessed
				     : WALK_hidden_fill;
	}
	trace_walk(v, LANE_VMM, LANE_VMM, va, w->pde, w->pte, verdict);
	return verdict;
	/* LAB 02.1c END */
}

/* A hidden fault: the guest's tables permit the access, the shadow did not know it yet. */
static void fill_shadow(struct vcpu *v, vaddr_t va, const struct walk *w)
{
	/* LAB 02.1d BEGIN */
	struct domain *d = v->domain;
	struct shadow_page *l1;

	if (!mfn_valid(populate(d, w->pfn)))
		return;
	l1 = l1_for(v, va, w);
	if (l1)
		spte_set(d, l1, va >> PAGE_SHIFT & (NR_PTES - 1), spte_of(d, w->pte));
	/* LAB 02.1d END */
}

/*
 * An access that the guest's tables permit, but that must not simply be let through: its page is no
 * memory of the guest's (WALK_no_machine_page), or we must know of the write (WALK_traced_write).
 * Returns false if the guest may do it itself after all.
 */
static bool emulate_access(struct vcpu *v, vaddr_t va, u32 err, const struct walk *w, u8 verdict)
{
	/* LAB 02.1e BEGIN */
	struct domain *d = v->domain;

	if (verdict == WALK_no_machine_page) {
		if (!access_hole(v, va, w, err))
			domain_kill(d, END_forbidden, w->pfn,
				    "touched guest-physical memory that it does not have");
		return true;
	}
	if (!w->wp_off && shadow_unsync(d, w->pfn))
		return false; /* it is out of sync from now on */
	return emulate_traced_write(v, va, w);
	/* LAB 02.1e END */
}

bool shadow_page_fault(struct vcpu *v, vaddr_t va, u32 err, struct guest_fault *pf)
{
	struct walk w;
	u8 verdict = find_verdict(v, va, err, &w, pf);

	if (verdict == WALK_not_present || verdict == WALK_protection)
		return false; /* a true fault: the guest's kernel gets it */
	if ((verdict == WALK_no_machine_page || verdict == WALK_traced_write) &&
	    emulate_access(v, va, err, &w, verdict))
		return true;
	fill_shadow(v, va, &w);
	return true;
}

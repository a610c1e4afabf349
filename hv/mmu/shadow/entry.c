/*[H57]
 * entry.c: shadow entries, and the write protection of the guest's tables.
 *
 * A frame's type_count is the number of shadow entries that map it writable, its aux the place of
 * the last of them: nearly always the only one, so that protecting a new table costs one look.
 */
#include "cpu/gate.h"
#include "cpu/layout.h"
#include "lib/printk.h"
#include "mem/domain_page.h"
#include "mem/record.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

static void count_writable(struct shadow_state *s, struct shadow_page *p, u32 i, u32 spte, s32 by)
{
	struct frame *f;

	if ((spte & (PTE_P | PTE_RW)) != (PTE_P | PTE_RW))
		return;
	f = frame_of(mfn(spte >> PAGE_SHIFT));
	f->type_count += by;
	if (by > 0)
		f->aux = shadow_index(s, p) * NR_PTES + i;
}

/* Entries in use lie within low..high: who searches the table need not look elsewhere. */
static void widen_range(struct shadow_page *p, u32 i)
{
	if (i < p->low)
		p->low = i;
	if (i > p->high)
		p->high = i;
}

void spte_set(struct domain *d, struct shadow_page *p, u32 i, u32 spte)
{
	u32 *table = map_domain_page(p->mfn), old = table[i];

	if (old != spte) {
		table[i] = spte;
		widen_range(p, i);
		count_writable(d->shadow, p, i, old, -1);
		count_writable(d->shadow, p, i, spte, 1);
		trace_spte(d->vcpus, LANE_VMM, LANE_VMM, p->va + i * PAGE_SIZE, old, spte);
		/* The table may be linked at many places, of which `va` is but one. */
		d->flush |= old & PTE_P;
		/* Code that has been scanned is watched, and never writable. */
		if ((old & (PTE_P | PTE_RW)) == PTE_P &&
		    frame_of(mfn(old >> PAGE_SHIFT))->flags & FRAME_WATCHED)
			forget_code(d);
	}
	unmap_domain_page(table);
}

u32 spte_of(struct domain *d, u32 gpte)
{
	u32 n = gpte >> PAGE_SHIFT, spte;
	mfn_t m;

	/* LAB 02.5b BEGIN */
	if ((gpte & (PTE_P | PTE_A)) != (PTE_P | PTE_A) || n >= d->nr_pages)
		return 0;
	m = d->p2m[n];
	if (!mfn_valid(m))
		return 0;
	spte = mfn_maddr(m).a | PTE_P | PTE_A | PTE_D | (gpte & PTE_US);
	/* A clean page is mapped read-only even where the guest allows writes, so that the first
	 * write comes back here and the guest's dirty bit can be set. */
	if ((gpte & PTE_RW) && (gpte & PTE_D) &&
	    !(frame_of(m)->flags & (FRAME_TRACED | FRAME_WATCHED)))
		spte |= PTE_RW;
	return spte;
	/* LAB 02.5b END */
}

void spde_clear(struct domain *d, struct shadow_page *p, u32 i)
{
	struct shadow_state *s = d->shadow;
	u32 *table = map_domain_page(p->mfn), old = table[i];

	table[i] = 0;
	unmap_domain_page(table);
	if (!(old & PTE_P))
		return;
	/* The frame of a shadow knows which one it holds. */
	s->pages[frame_of(mfn(old >> PAGE_SHIFT))->aux].refs--;
	d->flush = true;
}

void spde_set(struct domain *d, struct shadow_page *p, u32 i, struct shadow_page *l1, u32 gpde)
{
	u32 *table = map_domain_page(p->mfn);
	u32 val = mfn_maddr(l1->mfn).a | PTE_P | PTE_A | (gpde & (PTE_RW | PTE_US));

	if (table[i] != val) {
		d->flush |= table[i] & PTE_P;
		if (table[i] >> PAGE_SHIFT != l1->mfn.n) {
			spde_clear(d, p, i);
			l1->refs++;
			widen_range(p, i);
			shadow_linked(d, l1);
		}
		table[i] = val;
	}
	l1->va = i << 22;
	unmap_domain_page(table);
}

bool slot_is_ours(const struct domain *d, const struct shadow_page *p, u32 i)
{
	return i == p->gate_slot || (d->gate->segments && i >= HV_BASE >> 22);
}

/* Make those of the entries `first` to `last` read-only that map the frame. */
static void protect(struct domain *d, struct shadow_page *p, u32 first, u32 last, mfn_t m)
{
	u32 *table = map_domain_page(p->mfn), writable = mfn_maddr(m).a | PTE_P | PTE_RW;
	const struct frame *f = frame_of(m);

	for (u32 i = first; i <= last && f->type_count; i++)
		if ((table[i] & (PTE_FRAME | PTE_P | PTE_RW)) == writable)
			spte_set(d, p, i, table[i] & ~PTE_RW);
	unmap_domain_page(table);
}

void frame_trace(struct domain *d, mfn_t m, u8 flag)
{
	struct shadow_state *s = d->shadow;
	struct frame *f = frame_of(m);
	struct shadow_page *hint = &s->pages[f->aux / NR_PTES % SHADOW_PAGES];

	if (flag & ~f->flags & FRAME_TRACED)
		frame_used(f, FT_PAGE_TABLE);
	f->flags |= flag;
	if (f->type_count && hint->in_use && hint->kind != SH_L2 && hint->kind != SH_UNPAGED_L2)
		protect(d, hint, f->aux % NR_PTES, f->aux % NR_PTES, m);
	for (u32 n = 0; n < SHADOW_PAGES && f->type_count; n++) {
		struct shadow_page *p = &s->pages[n];

		if (p->in_use && p->kind != SH_L2 && p->kind != SH_UNPAGED_L2)
			protect(d, p, p->low, p->high, m);
	}
	if (f->type_count)
		panic("frame %x: %u writable mappings not found", m.n, f->type_count);
}

void frame_untrace(struct domain *d, u32 n)
{
	struct shadow_state *s = d->shadow;

	if (shadow_find(s, SH_L1, n) || shadow_find(s, SH_L2, n))
		return;
	frame_of(d->p2m[n])->flags &= ~FRAME_TRACED;
	frame_changed(frame_of(d->p2m[n]));
}

/* reclaim.c: taking a page away from its guest: no shadow maps it any more. */
#include "mem/domain_page.h"
#include "mmu/shadow/reclaim.h"

static bool maps_pages(const struct shadow_page *p)
{
	return p->in_use && p->kind != SH_L2 && p->kind != SH_UNPAGED_L2;
}

/* Of the entries of this table that map the frame, or (`m` invalid) of all, tell the frames whether
 * they have been used, and forget it. @return whether one has */
static bool collect(struct shadow_page *p, mfn_t m)
{
	u32 *table = map_domain_page(p->mfn);
	bool used = false;

	for (u32 i = p->low; i <= p->high; i++) {
		if ((table[i] & (PTE_P | PTE_A)) != (PTE_P | PTE_A) ||
		    (mfn_valid(m) && table[i] >> PAGE_SHIFT != m.n))
			continue;
		table[i] &= ~PTE_A;
		frame_of(mfn(table[i] >> PAGE_SHIFT))->flags |= FRAME_USED;
		used = true;
	}
	unmap_domain_page(table);
	return used;
}

bool frames_collect_used(struct domain *d, mfn_t m)
{
	struct shadow_state *s = d->shadow;
	bool used = false;

	for (u32 n = 0; n < SHADOW_PAGES; n++)
		if (maps_pages(&s->pages[n]))
			used |= collect(&s->pages[n], m);
	d->flush |= used;
	return used;
}

static void unmap(struct domain *d, struct shadow_page *p, mfn_t m)
{
	u32 *table = map_domain_page(p->mfn);

	for (u32 i = p->low; i <= p->high; i++)
		if ((table[i] & PTE_P) && table[i] >> PAGE_SHIFT == m.n)
			spte_set(d, p, i, 0);
	unmap_domain_page(table);
}

void frame_unmap(struct domain *d, mfn_t m)
{
	struct shadow_state *s = d->shadow;

	for (u32 n = 0; n < SHADOW_PAGES; n++)
		if (maps_pages(&s->pages[n]))
			unmap(d, &s->pages[n], m);
	shadow_tlb_flush(s);
}

/* Does the directory that a vcpu uses lead to this table? */
static bool leads_to(const struct domain *d, const struct shadow_page *dir,
		     const struct shadow_page *l1)
{
	u32 *table = map_domain_page(dir->mfn);
	bool found = false;

	for (u32 i = dir->low; i <= dir->high && !found; i++)
		found = (table[i] & PTE_P) && !slot_is_ours(d, dir, i) &&
			table[i] >> PAGE_SHIFT == l1->mfn.n;
	unmap_domain_page(table);
	return found;
}

bool is_table_in_use(struct domain *d, u32 n)
{
	const struct shadow_page *l1 = shadow_find(d->shadow, SH_L1, n), *dir;
	const struct vcpu *v;

	for_each_vcpu(v, d)
	{
		if (!(v->virt.cr0 & CR0_PG))
			continue;
		if (v->virt.cr3 >> PAGE_SHIFT == n)
			return true;
		dir = shadow_find(d->shadow, SH_L2, v->virt.cr3 >> PAGE_SHIFT);
		if (l1 && dir && leads_to(d, dir, l1))
			return true;
	}
	return false;
}

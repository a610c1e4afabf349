/*
 * foreign.c: page-table entries for frames of other domains: those that a grant has given access
 * to, and those that Domain 0 maps because it may.
 *
 * No ordinary update of a page table makes one: l1e_get() knows only the domain's own frames. Once
 * made it is an entry as any other. It holds a reference to its frame and, if writable, the
 * type, and l1e_put() drops them, when a grant is unmapped or when the guest overwrites the entry
 * or lets go of the table. In the last two cases the mapping's handle stays in use, as on Xen.
 */
#include "dom/guest_ops.h"
#include "mem/domain_page.h"
#include "mmu/direct/entry.h"

/* @return the entry, mapped; NULL: there is none, or not in a page table of the domain's */
static u32 *find_entry(struct vcpu *v, u64 at, bool by_entry)
{
	mfn_t table = mfn((u32)at >> PAGE_SHIFT);
	const struct frame *f;
	u32 *entry = NULL;

	if (at >> 32)
		return NULL;
	if (!by_entry) {
		if (at < HYPERVISOR_VIRT_START)
			entry = walk_l1e(v, at, &table);
		if (!entry)
			return NULL;
	}
	/* By a directory's map of itself one could mean a directory's entry. */
	f = frame_of(table);
	if (!f || f->owner != v->domain->id || f->type != FT_PAGE_TABLE || !f->type_count ||
	    (by_entry && at % sizeof(u32))) {
		if (entry)
			unmap_domain_page(entry);
		return NULL;
	}
	return by_entry ? (u32 *)map_domain_page(table) + at / sizeof(u32) % NR_PTES : entry;
}

/* Put `val` there, where `*entry` was. */
static void replace(struct vcpu *v, u32 *entry, u32 val, u64 at, bool by_entry)
{
	u32 old = *entry;

	*entry = val;
	unmap_domain_page(entry);
	if (!(old & PTE_P))
		return;
	if (by_entry)
		direct_flush(v);
	else
		direct_invlpg(v, at);
	l1e_put(v->domain, old);
}

int foreign_map(struct vcpu *v, u64 at, bool by_entry, u32 pte)
{
	u32 *entry = find_entry(v, at, by_entry);
	struct frame *f = frame_of(pte_mfn(pte));

	v->domain->direct->work += WORK_UPDATE;
	if (!entry)
		return -EFAULT;
	if ((pte & PTE_RW) && type_get(v->domain, f, FT_WRITABLE)) {
		unmap_domain_page(entry);
		return -EINVAL;
	}
	f->refs++;
	replace(v, entry, pte, at, by_entry);
	return 0;
}

int foreign_unmap(struct vcpu *v, u64 at, bool by_entry, u32 pte)
{
	u32 *entry = find_entry(v, at, by_entry);

	v->domain->direct->work += WORK_UPDATE;
	if (!entry)
		return -EFAULT;
	if ((*entry ^ pte) & ~L1E_HARMLESS) {
		unmap_domain_page(entry);
		return -EFAULT;
	}
	replace(v, entry, 0, at, by_entry);
	return 0;
}

/*
 * For Domain 0. The reference and the type are taken as if the owner mapped its page itself, so
 * that what it may not do, the other may not do for it: map a page table writable, for instance.
 */
int l1_update_foreign(struct domain *d, struct domain *owner, u32 *table, u32 index, u32 val)
{
	u32 old = table[index];
	mfn_t m;

	if (val & PTE_P) {
		m = owner->ops->frame(owner, val >> PAGE_SHIFT, val & PTE_RW);
		/* The page that we share with it is not counted (l1e_get): it is for nobody else.
		 */
		if (!mfn_valid(m) || m.n == owner->shared_mfn.n)
			return -EINVAL;
		val = mfn_maddr(m).a | (val & (PAGE_SIZE - 1));
		if (l1e_get(owner, val))
			return -EINVAL;
	}
	table[index] = val;
	l1e_put(d, old);
	return 0;
}

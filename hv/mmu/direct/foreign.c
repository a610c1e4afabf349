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
#include "trace/trace.h"

u32 *__attribute__((noinline)) entry_at(const struct domain *d, u32 at)
{
	mfn_t table = mfn(at >> PAGE_SHIFT);
	const struct frame *f = frame_of(table);

	if (!f || f->owner != d->id || f->type != FT_PAGE_TABLE || !f->type_count ||
	    at % sizeof(u32))
		return NULL;
	return (u32 *)map_domain_page(table) + at / sizeof(u32) % NR_PTES;
}

/* The entry of linear address `at`. What a directory hooks is a page table, or the directory. */
static inline u32 *entry_of(const struct vcpu *v, u32 at)
{
	u32 pde = at < HYPERVISOR_VIRT_START ? v->domain->direct->base[at >> 22] : 0;

	if (!(pde & PTE_P) || pte_mfn(pde).n == v->base.n)
		return NULL;
	return (u32 *)map_domain_page(pte_mfn(pde)) + (at >> PAGE_SHIFT) % NR_PTES;
}

/* @return the entry, mapped, or NULL: there is none */
static inline u32 *find_entry(const struct vcpu *v, u32 at, bool by_entry)
{
	v->domain->direct->work += WORK_UPDATE;
	return by_entry ? entry_at(v->domain, at) : entry_of(v, at);
}

/* Put `val` there, where `*entry` was. */
static inline void replace(struct vcpu *v, u32 *entry, u32 val, u32 at, bool by_entry)
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

int foreign_map(struct vcpu *v, u32 at, bool by_entry, u32 pte)
{
	u32 *entry = find_entry(v, at, by_entry);
	struct frame *f = &frame_table[pte_mfn(pte).n];

	if (!entry)
		return -EFAULT;
	if (pte & PTE_RW) {
		/* As in l1e_get(): mostly it is writable already. */
		if (f->type == FT_WRITABLE) {
			f->type_count++;
		} else if (type_get(v->domain, f, FT_WRITABLE)) {
			unmap_domain_page(entry);
			return -EINVAL;
		}
	}
	f->refs++;
	replace(v, entry, pte, at, by_entry);
	return 0;
}

int foreign_unmap(struct vcpu *v, u32 at, bool by_entry, u32 pte)
{
	u32 *entry = find_entry(v, at, by_entry);

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
int l1_update_foreign(struct domain *d, struct domain *owner, u32 *entry, u32 val)
{
	u32 old = *entry;
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
	*entry = val;
	l1e_put(d, old);
	return 0;
}

/* The frame is the hypervisor's, and stays so: each entry holds one reference more. */
int l1_update_trace(struct domain *d, u32 *entry, u32 val)
{
	u32 old = *entry;

	if (val & PTE_P) {
		if (val & (PTE_REFUSED | PTE_RW) ||
		    pte_mfn(val).n - trace_ring_mfn.n >= trace_ring_pages)
			return -EINVAL;
		frame_of(pte_mfn(val))->refs++;
	}
	*entry = val;
	l1e_put(d, old);
	return 0;
}

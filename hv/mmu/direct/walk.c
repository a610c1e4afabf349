/*[H67] walk.c: finding what a linear address means, in the tables that the CPU walks. */
#include "mem/domain_page.h"
#include "mmu/direct/entry.h"
#include "mmu/direct/walk.h"

u32 *walk_l1e(struct vcpu *v, vaddr_t va, mfn_t *table)
{
	u32 pde = v->domain->direct->base[va >> 22], *entries;

	if (!(pde & PTE_P))
		return NULL;
	*table = pte_mfn(pde);
	entries = map_domain_page(*table);
	return &entries[va >> PAGE_SHIFT & (NR_PTES - 1)];
}

static mfn_t fault(struct guest_fault *pf, vaddr_t va, u32 err)
{
	*pf = (struct guest_fault){true, va, err};
	return NO_FRAME;
}

/* SDM 3A 4.6: the access rights of both levels, for WP=1. A ring-1 kernel counts as a supervisor.
 */
mfn_t direct_translate(struct vcpu *v, vaddr_t va, u32 access, struct guest_fault *pf)
{
	u32 set = PTE_P | PTE_A | (access & PF_W ? PTE_D : 0);
	u32 need = access & (PF_W | PF_US); /* PF_W and PF_US have the bits of PTE_RW and PTE_US */
	u32 *entry, pde, pte;
	mfn_t m;

	if (va >= HYPERVISOR_VIRT_START)
		return fault(pf, va, access | PF_P);
	entry = &v->domain->direct->base[va >> 22];
	pde = *entry;
	if ((pde & (PTE_P | PTE_A)) == PTE_P)
		*entry |= PTE_A;
	if (!(pde & PTE_P))
		return rehook_missing(v, va) ? direct_translate(v, va, access, pf)
					     : fault(pf, va, access);
	entry = map_domain_page(pte_mfn(pde));
	entry += va >> PAGE_SHIFT & (NR_PTES - 1);
	pte = *entry;
	m = pte_mfn(pte);
	if (!(pte & PTE_P)) {
		unmap_domain_page(entry);
		return rehook_missing(v, va) ? direct_translate(v, va, access, pf)
					     : fault(pf, va, access);
	}
	if (need & ~(pde & pte)) {
		struct frame *f = frame_of(m);

		unmap_domain_page(entry);
		/* With the assist, a kernel may write page tables: direct_write() will look. */
		if ((need & ~(pde & pte)) == PF_W && !(access & PF_US) &&
		    (v->domain->vm_assist & ASSIST_TABLES) && f && f->owner == v->domain->id &&
		    f->type == FT_PAGE_TABLE && f->type_count)
			return m;
		return fault(pf, va, access | PF_P);
	}
	if ((pte & set) != set)
		*entry |= set;
	unmap_domain_page(entry);
	return m;
}

/* In an empty entry: a directory entry that no valid directory has. */
static const u32 no_pte;
static const struct soft_tlb_entry empty = {.pde = ~0u, .pte_at = &no_pte};

static void evict(struct soft_tlb_entry *k)
{
	if (k->page) {
		unmap_domain_page(k->pte_at);
		unmap_domain_page(k->page);
	}
	*k = empty;
}

void soft_tlb_flush(struct domain *d)
{
	for (u32 i = 0; i < NR_SOFT_TLB; i++)
		evict(&d->direct->soft_tlb[i]);
	evict(&d->direct->soft_itlb);
}

/* The window is nearly full. What the domain at hand is using now must stay. */
static void flush_others(void)
{
	for (struct domain *d = domains; d; d = d->next)
		if (d->direct && d != current->domain)
			soft_tlb_flush(d);
}

static u8 *fill(struct vcpu *v, struct soft_tlb_entry *k, vaddr_t va, u32 len, bool write)
{
	struct direct_state *s = v->domain->direct;
	struct guest_fault pf;
	mfn_t m, table;

	if (va % PAGE_SIZE + len > PAGE_SIZE)
		return NULL;
	m = direct_translate(v, va, write ? PF_W : 0, &pf);
	/* A page table can be "written" too (the assists), but never behind the validator. */
	if (!mfn_valid(m) || (write && frame_of(m)->type == FT_PAGE_TABLE))
		return NULL;
	evict(k);
	window_short = flush_others;
	k->readable = va | (PAGE_SIZE - 1);
	k->writable = write ? k->readable : 0;
	k->pde = s->base[va >> 22];
	k->pte_at = walk_l1e(v, va, &table);
	k->pte = *k->pte_at;
	k->page = map_domain_page(m);
	k->to_page = (uintptr_t)k->page - (va & PAGE_MASK);
	return soft_tlb_address(k, va);
}

u8 *soft_tlb_fill(struct vcpu *v, vaddr_t va, u32 len, bool write)
{
	return fill(v, &v->domain->direct->soft_tlb[va / PAGE_SIZE % NR_SOFT_TLB], va, len, write);
}

const u8 *soft_itlb_fill(struct vcpu *v, vaddr_t va, u32 len)
{
	return fill(v, &v->domain->direct->soft_itlb, va, len, false);
}

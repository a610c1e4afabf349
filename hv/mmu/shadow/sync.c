/*[H59]
 * sync.c: tables out of sync: the other way to follow a guest's page tables (tables=outofsync).
 *
 * Instead of carrying out each write to a page table, let the guest write it freely after the
 * first one, and read it again when the guest says that a translation has changed: at a cr3 write
 * or invlpg. Until then the CPU may use what the shadow still holds, as it may use a TLB. It pays
 * where a table is filled in one go, and costs a look at every entry that is in use.
 */
#include "dev/apic.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mem/record.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

bool shadow_unsync(struct domain *d, u32 table_pfn)
{
	struct shadow_state *s = d->shadow;
	struct shadow_page *l1 = shadow_find(s, SH_L1, table_pfn);
	struct frame *f = frame_of(d->p2m[table_pfn]);

	/* A directory always stays in step: what it leads to must be known to be a table. */
	if (!s->lazy || !l1 || s->nr_unsynced == MAX_UNSYNCED || shadow_find(s, SH_L2, table_pfn) ||
	    (f->flags & FRAME_WATCHED))
		return false;
	s->unsynced[s->nr_unsynced++] = l1;
	f->flags &= ~FRAME_TRACED;
	frame_changed(f);
	return true;
}

void shadow_forget_unsynced(struct shadow_state *s, const struct shadow_page *l1)
{
	for (u32 n = 0; n < s->nr_unsynced; n++)
		if (s->unsynced[n] == l1)
			s->unsynced[n--] = s->unsynced[--s->nr_unsynced];
}

/* Entry `i`, if it is in use, becomes what the guest's table says now. */
static void read_again(struct domain *d, struct shadow_page *l1, u32 i, u32 have)
{
	u32 want = have ? spte_of(d, guest_word(d, l1->key, i)) : 0;

	if (have != want)
		spte_set(d, l1, i, want);
}

static void read_all_again(struct domain *d, struct shadow_page *l1)
{
	u32 *table = map_domain_page(l1->mfn);

	for (u32 i = l1->low; i <= l1->high; i++)
		if (table[i])
			read_again(d, l1, i, table[i]);
	unmap_domain_page(table);
}

void shadow_linked(struct domain *d, struct shadow_page *l1)
{
	struct shadow_state *s = d->shadow;

	for (u32 n = 0; n < s->nr_unsynced; n++)
		if (s->unsynced[n] == l1) {
			shadow_tlb_flush(s);
			read_all_again(d, l1);
		}
}

void shadow_resync(struct domain *d)
{
	struct shadow_state *s = d->shadow;

	shadow_tlb_flush(s);
	while (s->nr_unsynced) {
		struct shadow_page *l1 = s->unsynced[s->nr_unsynced - 1];

		if (l1->refs == 0) { /* nobody leads here any more: the table has been freed */
			shadow_drop(d, l1, DROP_freed);
			continue;
		}
		s->nr_unsynced--;
		frame_trace(d, d->p2m[l1->key], FRAME_TRACED);
		read_all_again(d, l1);
	}
}

void shadow_resync_page(struct domain *d, vaddr_t va)
{
	struct shadow_state *s = d->shadow;
	u32 i = va >> PAGE_SHIFT & (NR_PTES - 1);

	shadow_tlb_flush(s);
	for (u32 n = 0; n < s->nr_unsynced; n++) {
		u32 *table = map_domain_page(s->unsynced[n]->mfn), have = table[i];

		unmap_domain_page(table);
		read_again(d, s->unsynced[n], i, have);
	}
}

mfn_t hole_frame(void)
{
	static const u8 zeroes[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

	return hv_page_mfn(zeroes);
}

static void set_writable(struct domain *d, const struct step_over *t, bool writable)
{
	u32 i = t->va >> PAGE_SHIFT & (NR_PTES - 1), *table = map_domain_page(t->l1->mfn),
	    spte = table[i];

	unmap_domain_page(table);
	if (writable)
		spte |= PTE_RW;
	else if (frame_of(t->m)->pfn >= APIC_PFN)
		spte = 0; /* each access comes to us */
	else
		spte &= ~PTE_RW;
	spte_set(d, t->l1, i, spte);
	if (!t->pde)
		return;
	table = map_domain_page(d->shadow->root->mfn);
	table[t->va >> 22] = writable ? table[t->va >> 22] | PTE_RW : table[t->va >> 22] & ~PTE_RW;
	unmap_domain_page(table);
	d->flush = true;
}

void shadow_step_over(struct vcpu *v, vaddr_t va, struct shadow_page *l1, const struct walk *w,
		      bool write)
{
	struct domain *d = v->domain;
	struct shadow_state *s = d->shadow;
	struct step_over *t = &s->step_over[s->nr_step_over];
	u32 spte;
	u8 *page;

	if (s->nr_step_over == ARRAY_SIZE(s->step_over)) {
		domain_kill(d, END_forbidden, va,
			    "wrote to three protected pages by one instruction");
		return;
	}
	*t = (struct step_over){l1, va, hole_frame(), write && !(w->pde & PTE_RW), write};
	if (w->pfn == APIC_PFN && v->apic)
		t->m = apic_page(v);
	if (w->pfn < d->nr_pages) {
		t->m = d->p2m[w->pfn];
		spte = spte_of(d, w->pte);
	} else {
		spte = mfn_maddr(t->m).a | PTE_P | PTE_A | PTE_D | (w->pte & PTE_US);
	}
	if (write) {
		page = map_domain_page(t->m);
		memcpy(s->before[s->nr_step_over], page, PAGE_SIZE);
		unmap_domain_page(page);
	}
	s->nr_step_over++;
	spte_set(d, l1, va >> PAGE_SHIFT & (NR_PTES - 1), spte);
	if (write)
		set_writable(d, t, true);
	s->step_over_eip = v->regs->eip;
	v->stepping_over = true;
	v->virt.stepping |= !(v->regs->eflags & EFL_TF); /* or it is the guest's own step */
	v->regs->eflags |= EFL_TF;
}

/* Each word that has changed is set back, and then written as if by the emulator. */
static void follow_stores(struct vcpu *v, const struct step_over *t, const u8 *before)
{
	u8 *page = map_domain_page(t->m);
	struct guest_fault pf;

	for (u32 i = 0; i < PAGE_SIZE; i += 4) {
		u32 first = 0, last = 3, val;

		if (memcmp(page + i, before + i, 4) == 0)
			continue;
		while (page[i + first] == before[i + first])
			first++;
		while (page[i + last] == before[i + last])
			last--;
		memcpy(&val, page + i, 4);
		memcpy(page + i, before + i, 4);
		v->domain->mmu->write(v, t->m, i + first, (u8 *)&val + first, last - first + 1,
				      &pf);
	}
	unmap_domain_page(page);
}

void shadow_step_over_end(struct vcpu *v)
{
	struct shadow_state *s = v->domain->shadow;

	v->stepping_over = false;
	for (u32 n = 0; n < s->nr_step_over; n++)
		set_writable(v->domain, &s->step_over[n], false);
	for (u32 n = 0; n < s->nr_step_over; n++)
		if (s->step_over[n].write)
			follow_stores(v, &s->step_over[n], s->before[n]);
	s->nr_step_over = 0;
}

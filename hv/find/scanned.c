/*
 * scanned.c: where the kernel has been seen in code that has been scanned. A way in mostly comes
 * from there again, and then nothing needs to be looked at.
 */
#include "dom/segments.h"
#include "find/found.h"
#include "mem/domain_page.h"
#include "mmu/shadow/shadow.h"

static u32 word_at(struct domain *d, u32 table, u32 index)
{
	mfn_t m = code_frame(d, table);
	u32 *page, word;

	if (!mfn_valid(m))
		return 0;
	page = map_domain_page(m);
	word = page[index];
	unmap_domain_page(page);
	if (frame_of(m)->flags & FRAME_WATCHED)
		patch_overlay(d, paddr(table + index * 4), (u8 *)&word, sizeof(word));
	return word;
}

/* By which entries is EIP's page mapped? Where these lead, and that they do; 0 if there is no
 * table. */
static void mapped_by(struct vcpu *v, u32 *pde, u32 *pte)
{
	u32 eip = v->regs->eip;

	*pte = 0;
	if (!(v->virt.cr0 & CR0_PG))
		return;
	*pde = word_at(v->domain, v->virt.cr3 & PTE_FRAME, eip >> 22);
	*pde &= PTE_FRAME | PTE_PS | PTE_P;
	if ((*pde & (PTE_PS | PTE_P)) == PTE_P)
		*pte = word_at(v->domain, *pde & PTE_FRAME, eip >> PAGE_SHIFT & (NR_PTES - 1)) &
		       (PTE_FRAME | PTE_P);
}

/* What of EIP's page has been scanned together with it. */
static void note_scanned(struct vcpu *v, struct scanned_page *k, const struct code_region *r,
			 u32 pa)
{
	u32 start = pa & PAGE_MASK, end = start + PAGE_SIZE;

	if (start < r->start)
		start = r->start;
	if (end > r->end)
		end = r->end;
	*k = (struct scanned_page){.code = {v->regs->eip - (pa - start), end - start, v->regs->cs},
				   .cr3 = v->virt.cr3,
				   .epoch = v->domain->shadow->code_epoch,
				   .descriptors_epoch = v->domain->descriptors_epoch};
	/* resume() goes by EIP alone; a cr3 write looks at linear addresses. */
	k->flat = desc_base(loaded_segment(v, SEG_CS)) == 0;
	if (k->flat) {
		v->domain->code = k->code;
		mapped_by(v, &k->pde, &k->pte);
	}
}

static bool in_stretch(const struct vcpu *v, const struct scanned_page *k)
{
	return v->regs->eip - k->code.start < k->code.len && k->code.cs == v->regs->cs &&
	       k->descriptors_epoch == v->domain->descriptors_epoch;
}

/* Does a stretch still mean the same code, though another directory is the base, or a table has
 * changed? A kernel's code mostly lies in the same place in all of its address spaces. */
static bool still_mapped(struct vcpu *v, struct scanned_page *k)
{
	u32 pde, pte;

	if (!k->pte)
		return false;
	mapped_by(v, &pde, &pte);
	if (pte != k->pte || pde != k->pde)
		return false;
	k->cr3 = v->virt.cr3;
	k->epoch = v->domain->shadow->code_epoch;
	v->domain->code = k->code;
	return true;
}

static void __attribute__((noinline)) look_up(struct vcpu *v, struct scanned_page *k)
{
	struct domain *d = v->domain;
	const struct code_region *r;
	struct found_page *p;
	u32 la, pa;
	u8 size;

	if (d->catch_reads && !d->patches->reads)
		patch_segment_reads(d);
	if (d->found->changed)
		follow_changes(v);
	if (in_stretch(v, k) && still_mapped(v, k))
		return;
	la = code_address(v, &size);
	p = unseen(v, la, size, &pa);
	r = region_of(d->patches, pa);
	if (r) {
		note_scanned(v, k, r, pa);
	} else if (p) {
		p->entries[p->nr_entries < FOUND_ENTRIES ? p->nr_entries++ : la % FOUND_ENTRIES] =
		    la;
		follow_code(v, la, size);
	}
}

void code_entered(struct vcpu *v)
{
	struct found_code *f = v->domain->found;
	struct scanned_page *k = &f->scanned[(v->regs->eip >> PAGE_SHIFT) % NR_SCANNED];

	if (f->changed || !in_stretch(v, k) || k->cr3 != v->virt.cr3 ||
	    k->epoch != v->domain->shadow->code_epoch)
		look_up(v, k);
	else if (k->flat)
		v->domain->code = k->code;
}

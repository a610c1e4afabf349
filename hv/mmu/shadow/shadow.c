/*[H61]
 * shadow.c: shadow mode as the rest of the hypervisor sees it: its root, translations, and the
 * guest's writes to its own tables.
 */
#include "cpu/gate.h"
#include "dev/apic.h"
#include "dom/account.h"
#include "dom/segments.h"
#include "find/find.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mmu/shadow/reclaim.h"
#include "trace/trace.h"

/* A directory that is not the base and is written this often is being reused as something else. */
#define MAX_IDLE_WRITES 3
#define TABLE_PAGES	pages_of(SHADOW_PAGES * sizeof(struct shadow_page))

bool shadow_init(struct domain *d)
{
	d->shadow = hv_alloc_page();
	if (!d->shadow)
		return false;
	d->shadow->lazy = d->lazy_tables;
	d->shadow->bound = d->shadow_bound ? d->shadow_bound : SHADOW_PAGES;
	d->shadow->pages = hv_alloc_pages(TABLE_PAGES);
	d->shadow->before = hv_alloc_pages(ARRAY_SIZE(d->shadow->step_over));
	frame_of(hole_frame())->pfn = HOLE_PFN;
	return d->shadow->pages && d->shadow->before;
}

void shadow_select_root(struct vcpu *v)
{
	struct domain *d = v->domain;
	struct shadow_state *s = d->shadow;
	bool paged = v->virt.cr0 & CR0_PG, hit;
	enum shadow_kind kind = paged ? SH_L2 : SH_UNPAGED_L2;
	u32 key = paged ? v->virt.cr3 >> PAGE_SHIFT : 0;
	struct shadow_page *p;

	if (paged && !mfn_valid(populate(d, key))) {
		domain_kill(d, END_forbidden, key,
			    "its cr3 points at memory that it does not have");
		return;
	}
	hit = shadow_find(s, kind, key);
	p = shadow_get(d, kind, key);
	if (!p)
		return;
	if (hit)
		s->hits++;
	else
		s->misses++;
	trace_cr3(v, LANE_VMM, LANE_VMM, s->cr3, v->virt.cr3, hit);
	p->stamp = ++s->clock;
	p->writes = 0;
	s->root = p;
	s->cr0 = v->virt.cr0;
	s->cr3 = v->virt.cr3;
	s->cr4 = v->virt.cr4;
	if (p->gate_slot != d->gate->va >> 22)
		shadow_place_gate(v, p);
	v->cr3 = mfn_maddr(p->mfn).a;
	if (d->gate->segments && v == current)
		write_cr3(v->cr3);
}

/* The bits that the guest sets for its applications (lazy FPU switching, who may read the TSC) go
 * into the real registers: none of them affects the hypervisor. */
static void load_guest_bits(const struct virt_cpu *virt)
{
	const u32 cr0 = CR0_TS | CR0_EM | CR0_MP;
	const u32 cr4 = CR4_TSD | CR4_OSFXSR | CR4_OSXMMEXCPT;

	write_cr0((read_cr0() & ~cr0) | (virt->cr0 & cr0));
	write_cr4((read_cr4() & ~cr4) | (virt->cr4 & cr4));
}

/* Does the directory lead to another table for the GDT than the last one? Hardly ever. */
static bool gdt_moved(struct vcpu *v)
{
	struct shadow_state *s = v->domain->shadow;
	u32 before = s->gdt_pde;

	s->gdt_pde = guest_word(v->domain, v->virt.cr3 >> PAGE_SHIFT, v->virt.gdt.base >> 22);
	/* It may begin in one table's reach and end in that of the next. */
	if ((v->virt.gdt.base + v->virt.gdt.limit) >> 22 != v->virt.gdt.base >> 22)
		return true;
	return (before ^ s->gdt_pde) & (PTE_FRAME | PTE_P | PTE_PS);
}

static void cr_changed(struct vcpu *v, u32 old_cr3)
{
	bool moved;

	load_guest_bits(&v->virt);
	shadow_resync(v->domain);
	shadow_cr_bits(v);
	shadow_select_root(v);
	/* A directory that is loaded again has been changed, or a table below it. */
	moved = gdt_moved(v);
	/* The kernel's code mostly lies in the same 4 MB as its GDT. */
	if (moved || (v->domain->code.start ^ v->virt.gdt.base) & PDE_LARGE_FRAME)
		v->domain->code.len = 0;
	if (moved || old_cr3 == v->virt.cr3 || v->virt.ldt_sel & ~SEL_RPL)
		segments_moved(v);
}

static mfn_t translate(struct vcpu *v, vaddr_t va, u32 access, struct guest_fault *pf)
{
	struct shadow_state *s = v->domain->shadow;
	u32 i = va >> PAGE_SHIFT & (NR_TLB - 1);
	u32 key = (va & PAGE_MASK) | (access & (PF_W | PF_US | PF_LOOK)) | 1;
	struct walk w;
	mfn_t m;

	/* The guest's IDT, TSS and stacks are translated at every trap. An entry of this software
	 * TLB is valid until a table changes, and each such change comes to us. */
	if (s->tlb[i].key == key && s->tlb[i].epoch == s->epoch)
		return s->tlb[i].m;
	guest_walk(v, va, access, &w);
	if (!w.allowed) {
		*pf = (struct guest_fault){true, va, access | (w.present ? PF_P : 0)};
		return mfn(INVALID_FRAME);
	}
	if (w.pfn == APIC_PFN && v->apic)
		return apic_page(v); /* as it is now */
	m = w.pfn < v->domain->nr_pages ? populate(v->domain, w.pfn) : hole_frame();
	if (!mfn_valid(m)) { /* and the domain has ended */
		*pf = (struct guest_fault){true, va, access};
		return m;
	}
	s->tlb[i].key = key;
	s->tlb[i].epoch = s->epoch;
	s->tlb[i].m = m;
	return m;
}

/* Entry `i` of a guest table changed: update its shadows. */
static void propagate(struct vcpu *v, u32 table_pfn, u32 i, u32 old, u32 val)
{
	struct domain *d = v->domain;
	struct shadow_state *s = d->shadow;
	struct shadow_page *l1 = shadow_find(s, SH_L1, table_pfn);
	struct shadow_page *l2 = shadow_find(s, SH_L2, table_pfn);

	trace_pte_write(v, LANE_VMM, LANE_VMM, table_pfn * PAGE_SIZE + i * 4, old, val);
	shadow_tlb_flush(s);
	if (l2 && old & PTE_P)
		forget_code(d);
	/* What is on the swap disk comes back when it is touched, not when it is mapped. */
	if (l1 && (val & PTE_P) && p2m_swapped(p2m_of(d, val >> PAGE_SHIFT))) {
		spte_set(d, l1, i, 0);
		l1 = NULL;
	}
	/* LAB 02.3a BEGIN */
	if (l1) {
		/* A page that is mapped as already accessed is about to be used: give it machine
		 * memory now. One that is not waits until it is touched. */
		if ((val & (PTE_P | PTE_A)) == (PTE_P | PTE_A))
			populate(d, val >> PAGE_SHIFT);
		spte_set(d, l1, i, spte_of(d, val));
	}
	/* LAB 02.3a END */
	if (!l2)
		return;
	if (l2 != s->root && ++l2->writes > MAX_IDLE_WRITES) {
		shadow_drop(d, l2, DROP_freed);
	} else if (!slot_is_ours(d, l2, i)) {
		/* D as well: in a 4 MB page's entry it decides whether a write must come here. */
		if ((old ^ val) & ~PTE_AVAIL)
			spde_clear(d, l2, i);
	} else if ((val & PTE_P) && l2 == s->root) {
		shadow_place_gate(v, l2);
	} else if (val & PTE_P) {
		/* The slot is taken by the gate: place that anew when this becomes the base again.
		 */
		shadow_drop(d, l2, DROP_rewritten);
	}
}

/* Write memory; where code has been scanned, tell the scanner. */
static void store(struct domain *d, mfn_t m, u32 offset, const void *src, u32 len)
{
	const struct frame *f = frame_of(m);
	u8 *page = map_domain_page(m);

	memcpy(page + offset, src, len);
	unmap_domain_page(page);
	if (f->flags & FRAME_WATCHED)
		patch_written(d, f->pfn * PAGE_SIZE + offset, len);
}

static bool shadow_write(struct vcpu *v, mfn_t m, u32 offset, const void *src, u32 len,
			 struct guest_fault *pf)
{
	struct frame *f = frame_of(m);
	u32 done = 0;

	(void)pf;
	if (f->pfn >= APIC_PFN) { /* there is no memory */
		if (f->pfn == APIC_PFN)
			apic_write(v, offset, src, len);
		len = 0;
	}
	if (!(f->flags & FRAME_TRACED))
		store(v->domain, m, offset, src, len);
	else
		while (done < len) { /* one word at a time, each followed by its shadow */
			u32 at = offset + done, part = 4 - at % 4;
			u32 old = guest_word(v->domain, f->pfn, at / 4);

			if (part > len - done)
				part = len - done;
			store(v->domain, m, at, (const u8 *)src + done, part);
			propagate(v, f->pfn, at / 4, old, guest_word(v->domain, f->pfn, at / 4));
			done += part;
		}
	if (f->flags & FRAME_WATCHED) {
		ahead_forget(v->domain);
		segments_written(v, f->pfn * PAGE_SIZE + offset, len);
	}
	return true;
}

static void shadow_invlpg(struct vcpu *v, vaddr_t va)
{
	/* A traced table's shadow is in step at all times, and the way back to the guest flushes
	 * the TLB under `paging` isolation. */
	shadow_resync_page(v->domain, va);
	if (va / PAGE_SIZE - v->virt.gdt.base / PAGE_SIZE < ARRAY_SIZE(v->virt.real_gdt.at) ||
	    va / PAGE_SIZE - v->virt.ldt.base / PAGE_SIZE < ARRAY_SIZE(v->virt.real_ldt.at))
		segments_moved(v);
	trace_invlpg(v, LANE_VMM, LANE_VMM, va);
	if (v->gate->segments)
		invlpg(va);
}

static void destroy(struct domain *d)
{
	struct shadow_state *s = d->shadow;

	s->root = NULL; /* the CPU walks it no longer */
	if (s->pages)
		shadow_drop_all(d, DROP_domain_end);
	for (u32 i = 0; s->pages && i < SHADOW_PAGES; i++)
		if (s->pages[i].mfn.n)
			frame_put(frame_of(s->pages[i].mfn));
	hv_free_pages(s->pages, TABLE_PAGES);
	hv_free_pages(s->before, ARRAY_SIZE(s->step_over));
	hv_free_page(s);
	d->shadow = NULL;
	for (u32 i = 0; i < d->nr_pages; i++)
		if (mfn_valid(d->p2m[i]))
			page_put(d, frame_of(d->p2m[i]));
}

const struct mmu_ops shadow_ops = {
    .page_fault = shadow_page_fault,
    .translate = translate,
    .write = shadow_write,
    .cr_changed = cr_changed,
    .invlpg = shadow_invlpg,
    .destroy = destroy,
};

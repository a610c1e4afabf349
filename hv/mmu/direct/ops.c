/*[H73] ops.c: the direct MMU behind struct mmu_ops, and its beginning and end. */
#include "cpu/gate.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mmu/direct/entry.h"
#include "mmu/direct/walk.h"
#include "trace/trace.h"

static bool direct_page_fault(struct vcpu *v, vaddr_t va, u32 err, struct guest_fault *pf)
{
	struct domain *d = v->domain;

	/* The CPU walked the guest's own tables, so the fault is the guest's, but for two cases. */
	if ((d->vm_assist & ASSIST_TABLES) && va < HYPERVISOR_VIRT_START) {
		d->direct->fault_va = va;
		if ((err & PF_P) == 0 && rehook_missing(v, va))
			return true;
		if ((err & (PF_P | PF_W | PF_US)) == (PF_P | PF_W) && writable_fault(v, va))
			return true;
		burst_ends(d->direct);
	}
	*pf = (struct guest_fault){true, va, err};
	return false;
}

bool direct_write(struct vcpu *v, mfn_t m, u32 offset, const void *src, u32 len,
		  struct guest_fault *pf)
{
	struct frame *f = frame_of(m);
	bool done = true;
	u8 *page;

	rehook_keep_burst(v); /* an unhooked table may hold entries that are not validated yet */
	page = map_domain_page(m);
	if (f->type == FT_PAGE_TABLE && f->type_count) {
		/* Emulated writes, and answers of hypercalls, which may be long. Part of an entry
		 * changes the whole entry. */
		u32 *table = (u32 *)page, end = offset + len;

		for (u32 at = offset; at < end && done; at = (at & ~3u) + 4) {
			u32 i = at / 4, part = (at & ~3u) + 4 - at, old = table[i], val = old;

			memcpy((u8 *)&val + at % 4, (const u8 *)src + (at - offset),
			       part < end - at ? part : end - at);
			done = l1_update(v->domain, table, i, val) == 0;
			trace_pte_write(v, LANE_VMM, LANE_VMM, mfn_maddr(m).a + 4 * i, old, val);
		}
		if (!done)
			*pf = (struct guest_fault){true, v->domain->direct->fault_va, PF_P | PF_W};
	} else {
		memcpy(page + offset, src, len);
	}
	unmap_domain_page(page);
	return done;
}

static void direct_cr_changed(struct vcpu *v, u32 old_cr3)
{
	(void)v;
	(void)old_cr3; /* there is no CR3 but by MMUEXT_NEW_BASEPTR */
}

#define WORK_FRAME 2 /* units of giving one back */
#define SWEEP	   8 /* frames of others that are passed over for one unit of work */

_Static_assert(sizeof(struct direct_state) <= PAGE_SIZE, "one page holds it");

bool direct_create(struct domain *d)
{
	struct direct_state *s = hv_alloc_page();

	if (!s)
		return false;
	d->direct = s;
	s->unfinished = d->vcpus->base = NO_FRAME;
	soft_tlb_flush(d);
	for (u32 i = 0; i < NR_UNHOOKED; i++) {
		s->unhooked[i].table = NO_FRAME;
		s->unhooked[i].before = hv_alloc_page();
		if (!s->unhooked[i].before)
			return false;
	}
	return true;
}

void descriptor_frames_put(struct domain *d, const mfn_t *frames, u32 n)
{
	while (n > 0) {
		struct frame *f = frame_of(frames[--n]);

		type_put(f);
		page_put(d, f);
	}
}

/* What a vcpu holds: what it has left unfinished, its page directory, and its descriptor tables.
 * @return false: that is not finished */
static bool vcpu_release(struct domain *d, struct vcpu *v)
{
	struct direct_state *s = d->direct;
	mfn_t old = v->base;

	if (release_step(d) == HCALL_AGAIN)
		return false;
	if (v->gate != d->gate && mfn_valid(v->unfinished.dir)) {
		s->unfinished = v->unfinished.dir;
		s->error = v->unfinished.error;
		v->unfinished.dir = NO_FRAME;
		if (release_step(d) == HCALL_AGAIN)
			return false;
	}
	if (mfn_valid(old)) {
		v->base = NO_FRAME;
		direct_load_base(v);
		if (table_put(d, frame_of(old)) == HCALL_AGAIN)
			return false;
	}
	descriptor_frames_put(d, v->gdt, v->gdt_pages);
	descriptor_frames_put(d, v->ldt, v->ldt_pages);
	v->gdt_pages = v->ldt_pages = 0;
	return true;
}

/* Of one frame: its pin, since that holds references; then its own reference, if it still has it.
 * @return false: the pin is not finished */
static bool release_frame(struct domain *d, struct frame *f)
{
	if (f->flags & FRAME_PINNED && unpin_table(d, frame_mfn(f)) == HCALL_AGAIN)
		return false;
	if (f->flags & FRAME_ALLOCATED) {
		f->flags &= ~FRAME_ALLOCATED;
		page_put(d, f);
	}
	return true;
}

/* All frames of its own. What others still map stays until they do not. */
static bool release_frames(struct domain *d)
{
	struct direct_state *s = d->direct;
	u32 *n = &d->swept;

	if (*n < d->frames)
		*n = d->frames;
	for (; *n < d->frames_end; ++*n) {
		bool own = frame_table[*n].owner == d->id;

		if (s->work >= WORK_BOUND || (own && !release_frame(d, &frame_table[*n])))
			return false;
		s->work += own ? WORK_FRAME : *n % SWEEP == 0;
	}
	return true;
}

bool direct_release(struct domain *d)
{
	struct direct_state *s = d->direct;
	struct vcpu *v = d->vcpus;

	rehook_all(v);
	soft_tlb_flush(d);
	s->work = 0;
	for_each_vcpu(v, d) if (!vcpu_release(d, v)) return false;
	return release_frames(d);
}

static void direct_destroy(struct domain *d)
{
	struct direct_state *s = d->direct;

	for (u32 i = 0; i < NR_UNHOOKED; i++)
		hv_free_page(s->unhooked[i].before);
	hv_free_page(s);
	d->direct = NULL;
}

const struct mmu_ops direct_ops = {
    .page_fault = direct_page_fault,
    .translate = direct_translate,
    .write = direct_write,
    .cr_changed = direct_cr_changed,
    .invlpg = direct_invlpg,
    .destroy = direct_destroy,
};

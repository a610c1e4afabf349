/*[H76]
 * desc.c: a guest's descriptor tables.
 *
 * The guest's frames are typed and so read-only to it; the CPU uses copies of them in the gate.
 * A copy costs a page, but the CPU can set accessed bits in it, and nothing of the guest's needs to
 * be mapped where the hypervisor's segments are looked up.
 */
#include "cpu/gate.h"
#include "hcall/desc.h"
#include "hcall/hcall.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mem/record.h"
#include "mmu/direct/direct.h"

#define LDT_MAX 8192u

static bool page_check(struct desc *table)
{
	for (u32 i = 0; i < DESCS_PER_PAGE; i++)
		if (!descriptor_check(&table[i]))
			return false;
	return true;
}

/* Use frame `m` as a table of descriptors. */
static int frame_take(struct domain *d, mfn_t m, u8 type)
{
	struct frame *f = frame_of(m);
	struct desc *table;
	bool ok = true;

	if (!f || !frame_get(f, d->id))
		return -EINVAL;
	if (type_get(d, f, type)) {
		frame_put(f);
		return -EINVAL;
	}
	if (f->type_count == 1) {
		frame_changed(
		    f); /* if it was the last thing that the frame was, no type has changed */
		table = map_domain_page(m);
		ok = page_check(table);
		unmap_domain_page(table);
		d->direct->work += DESCS_PER_PAGE;
	}
	if (ok)
		return 0;
	type_put(f);
	frame_put(f);
	return -EINVAL;
}

static int frames_take(struct domain *d, const mfn_t *frames, u32 n, u8 type)
{
	for (u32 i = 0; i < n; i++) {
		if (frame_take(d, frames[i], type)) {
			descriptor_frames_put(d, frames, i);
			return -EINVAL;
		}
	}
	return 0;
}

/* The CPU must never have to write an accessed bit: not all mappings of the gate are writable. */
static struct desc for_cpu(struct desc d)
{
	if ((d.hi & DESC_P) && (d.hi & DESC_S))
		d.hi |= DESC_A;
	return d;
}

static void copy_page(void *copy, mfn_t m)
{
	const struct desc *from = map_domain_page(m);
	struct desc *to = copy;

	for (u32 i = 0; i < DESCS_PER_PAGE; i++)
		to[i] = for_cpu(from[i]);
	unmap_domain_page(from);
}

/* Make the gate's pages from `first` on copies of `n` frames, of at most `max`. */
static int install(struct domain *d, u32 first, const mfn_t *frames, u32 n, u32 max)
{
	struct gate *g = d->gate;

	for (u32 i = 0; i < n; i++) {
		if (!g->page[first + i])
			g->page[first + i] = hv_alloc_page();
		if (!g->page[first + i])
			return -ENOMEM; /* pages taken so far stay; they hold nothing yet */
	}
	for (u32 i = 0; i < n; i++)
		copy_page(g->page[first + i], frames[i]);
	d->direct->work += n * WORK_COPY;
	for (u32 i = n; i < max; i++) {
		if (g->page[first + i])
			hv_free_page(g->page[first + i]);
		g->page[first + i] = NULL;
	}
	gate_remap(g);
	return 0;
}

#define GDT_PAGES(entries) (((entries) + DESCS_PER_PAGE - 1) / DESCS_PER_PAGE)

s32 set_gdt(struct vcpu *v, const mfn_t *frames, u32 entries)
{
	struct domain *d = v->domain;
	u32 n = GDT_PAGES(entries);
	int err;

	if (entries > FIRST_RESERVED_GDT_ENTRY || frames_take(d, frames, n, FT_GDT))
		return -EINVAL;
	err = install(d, GATE_GDT, frames, n, FIRST_RESERVED_GDT_PAGE);
	if (err) {
		descriptor_frames_put(d, frames, n);
		return err;
	}
	descriptor_frames_put(d, v->gdt, v->gdt_pages);
	memcpy(v->gdt, frames, n * sizeof(frames[0]));
	v->gdt_pages = n;
	return 0;
}

/** set_gdt(u32 *mfns, u32 entries): the guest's part of the GDT, entries 0 to 7167.
 * @return 0, -EINVAL (a frame or descriptor is refused: the old table stays), -EFAULT, -ENOMEM */
s32 hc_set_gdt(struct vcpu *v, struct hcall_args *a)
{
	mfn_t frames[FIRST_RESERVED_GDT_PAGE];

	if (a->a2 > FIRST_RESERVED_GDT_ENTRY)
		return -EINVAL;
	rehook_all(v);
	if (copy_from_guest(v, frames, a->a1, GDT_PAGES(a->a2) * sizeof(frames[0])))
		return -EFAULT;
	return set_gdt(v, frames, a->a2);
}

/* base: page-aligned linear address of the table; entries: 0 for none. */
s32 set_ldt(struct vcpu *v, vaddr_t base, u32 entries)
{
	struct domain *d = v->domain;
	u32 n = (entries + DESCS_PER_PAGE - 1) / DESCS_PER_PAGE;
	mfn_t frames[LDT_MAX / DESCS_PER_PAGE];
	struct guest_fault pf;
	int err;

	if (base % PAGE_SIZE || entries > LDT_MAX)
		return -EINVAL;
	for (u32 i = 0; i < n; i++) {
		frames[i] = d->mmu->translate(v, base + i * PAGE_SIZE, 0, &pf);
		if (!mfn_valid(frames[i]))
			return -EINVAL;
	}
	if (frames_take(d, frames, n, FT_LDT))
		return -EINVAL;
	err = install(d, GATE_LDT, frames, n, ARRAY_SIZE(v->ldt));
	if (err) {
		descriptor_frames_put(d, frames, n);
		return err;
	}
	descriptor_frames_put(d, v->ldt, v->ldt_pages);
	memcpy(v->ldt, frames, n * sizeof(frames[0]));
	v->ldt_pages = n;
	v->ldt_base = base;
	v->ldt_entries = entries;
	gate_set_ldt(d->gate, entries);
	return 0;
}

/* One descriptor changed in frame `m`: change it in the CPU's copies as well. */
static void update_copies(struct gate *g, u32 first, const mfn_t *frames, u32 n, mfn_t m, u32 index,
			  struct desc d)
{
	for (u32 i = 0; i < n; i++)
		if (frames[i].n == m.n)
			((struct desc *)g->page[first + i])[index] = for_cpu(d);
}

/**
 * update_descriptor(pa low, pa high, desc low, desc high): write one descriptor at a machine
 * address, which may be in a descriptor table or in any page that the guest could write itself.
 * @return 0 or -EINVAL
 */
s32 hc_update_descriptor(struct vcpu *v, struct hcall_args *a)
{
	struct domain *d = v->domain;
	struct desc val = {a->a3, a->a4}, *table;
	mfn_t m = mfn(a->a1 >> PAGE_SHIFT);
	struct frame *f = frame_of(m);
	u32 index = a->a1 % PAGE_SIZE / sizeof(val);
	bool in_use;

	rehook_all(v);
	if (a->a2 || a->a1 % sizeof(val) || !f || f->owner != d->id || !f->refs ||
	    !descriptor_check(&val))
		return -EINVAL;
	in_use = f->type_count && (f->type == FT_GDT || f->type == FT_LDT);
	if (!in_use && type_get(d, f, FT_WRITABLE))
		return -EINVAL;
	table = map_domain_page(m);
	table[index] = val;
	unmap_domain_page(table);
	if (!in_use) {
		type_put(f);
		return 0;
	}
	for_each_vcpu(v, d)
	{
		update_copies(v->gate, GATE_GDT, v->gdt, v->gdt_pages, m, index, val);
		update_copies(v->gate, GATE_LDT, v->ldt, v->ldt_pages, m, index, val);
	}
	return 0;
}

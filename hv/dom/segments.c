/*[H47]
 * segments.c: the real descriptor table, which stands in for the guest's.
 *
 * A CPU reads a descriptor when a selector is loaded, and keeps it in the segment register. Here it
 * reads all of them again on each way out of the hypervisor, because the gate loads all segment
 * registers. So a guest that changes a descriptor while a register holds its selector sees the
 * change too early. That is tolerable; but the guest must be able to run. (Between lgdt and the far
 * jump that follows, selectors of the old table are still loaded.) Therefore an entry stays as it
 * was if the new one could not be loaded into the register that holds its selector.
 *
 * A table may have 8192 entries, and many kernels say so that have ten. Of these 64 KB the first
 * 4 KB are copied, and more when the guest uses a selector there (segments_extend): for each
 * guest's page of which there is a copy is write-protected.
 */
#include "cpu/gate.h"
#include "dom/guest_ops.h"
#include "dom/segments.h"
#include "lib/range.h"
#include "lib/string.h"

/*
 * A guest descriptor as the real table has it. Nothing may run in ring 0. One that has not been
 * used yet is not present, so that its first use comes to us (first_use) and the accessed bit can
 * be set: the guest's, for the real table is read-only while it runs. The same trick as with a
 * page's A bit.
 */
static struct desc raise(const struct gate *g, struct desc d)
{
	if (!(d.hi & DESC_S))
		return (struct desc){0, 0}; /* gates, TSS, LDT: the guest's are virtual */
	/* Conforming code runs in the ring of whoever calls it. */
	if (desc_dpl(d) == 0 && !desc_is_conforming(d))
		d.hi |= 1 << DESC_DPL_SHIFT;
	if (!(d.hi & DESC_A))
		d.hi &= ~DESC_P;
	return gate_clip_descriptor(g, d);
}

static void set_entry(struct vcpu *v, struct desc *real, u16 selector, struct desc d)
{
	if (real->lo == d.lo && real->hi == d.hi)
		return;
	for (enum seg seg = 0; seg < NR_SEGS; seg++) {
		u16 loaded = *seg_slot(v->regs, seg);

		u32 rpl = loaded & SEL_RPL;

		/* Could the register that holds its selector go on with it? */
		if ((loaded & ~SEL_RPL) == selector &&
		    !(d.hi & DESC_P && desc_fits(seg, rpl, rpl, d)))
			return;
	}
	*real = d;
}

/* The page that byte `k` pages behind the table's first lies in. */
static mfn_t table_page(struct vcpu *v, u32 base, u32 k)
{
	struct guest_fault pf;

	return v->domain->mmu->translate(v, (base & PAGE_MASK) + k * PAGE_SIZE, PF_LOOK, &pf);
}

/* From now on the guest's writes to its table must come to us. */
static void watch(struct vcpu *v, struct real_table *real, u32 va, u32 bytes)
{
	u32 pages = bytes ? (va % PAGE_SIZE + bytes + PAGE_SIZE - 1) / PAGE_SIZE : 0;

	memset(real->at, 0, sizeof(real->at)); /* no guest's */
	for (u32 k = 0; k < pages; k++) {
		mfn_t m = real->at[k] = table_page(v, va, k);

		if (mfn_valid(m))
			watch_frame(v->domain, m);
	}
}

/* Copy one of the guest's tables. `ti`: 0 or SEL_TI, as in its selectors. */
static void sync_table(struct vcpu *v, const struct table_reg *table, u32 have, u16 ti,
		       struct real_table *real)
{
	struct desc part[64];
	struct guest_fault pf;
	u32 nr = real->nr;

	if (have > nr)
		have = nr;
	for (u32 first = 0; first < nr; first += ARRAY_SIZE(part)) {
		struct desc *copy = gate_descriptor(v->domain->gate, first * 8 | ti);
		u32 n = have > first ? have - first : 0;

		if (n > ARRAY_SIZE(part))
			n = ARRAY_SIZE(part);
		memset(part, 0, sizeof(part));
		/* A table that is not there yet is empty. */
		if (n && !guest_read(v, table->base + first * sizeof(struct desc), part,
				     n * sizeof(struct desc), PF_LOOK, &pf))
			memset(part, 0, sizeof(part));
		if (first == 0 && !ti)
			part[0] = (struct desc){0, 0}; /* the null selector's */
		for (u32 k = 0; k < ARRAY_SIZE(part) && first + k < nr; k++)
			set_entry(v, &copy[k], (first + k) * 8 | ti,
				  raise(v->domain->gate, part[k]));
	}
	watch(v, real, table->base, have * sizeof(struct desc));
}

void segments_sync(struct vcpu *v)
{
	v->domain->descriptors_epoch++;
	v->domain->code.len = 0;
	sync_table(v, &v->virt.gdt, table_entries(&v->virt.gdt), 0, &v->virt.real_gdt);
}

void segments_sync_ldt(struct vcpu *v)
{
	u32 nr = v->virt.real_ldt.nr;
	u32 have = v->virt.ldt_sel & ~SEL_RPL ? table_entries(&v->virt.ldt) : 0;

	v->domain->descriptors_epoch++;
	v->domain->code.len = 0;
	sync_table(v, &v->virt.ldt, have, SEL_TI, &v->virt.real_ldt);
	for (enum seg seg = 0; seg < NR_SEGS; seg++) {
		u16 loaded = *seg_slot(v->regs, seg);

		if (loaded & SEL_TI && loaded / 8u >= have)
			have = loaded / 8u + 1;
	}
	gate_set_ldt(v->domain->gate, have < nr ? have : nr);
}

static bool moved(struct vcpu *v, const struct table_reg *table, const struct real_table *real)
{
	const mfn_t *at = real->at;

	for (u32 k = 0; k < ARRAY_SIZE(real->at) && at[k].n; k++)
		if (table_page(v, table->base, k).n != at[k].n)
			return true;
	return false;
}

void segments_moved(struct vcpu *v)
{
	if (moved(v, &v->virt.gdt, &v->virt.real_gdt))
		segments_sync(v);
	if (moved(v, &v->virt.ldt, &v->virt.real_ldt))
		segments_sync_ldt(v);
}

/* Do `len` bytes at guest-physical `pa` belong to this table? */
static bool in_table(struct vcpu *v, const struct table_reg *table, u32 pa, u32 len)
{
	struct guest_fault pf;
	u32 bytes = table->limit < TABLE_BYTES ? table->limit + 1 : TABLE_BYTES, part;

	for (u32 done = 0; table->limit && done < bytes; done += part) {
		u32 va = table->base + done;
		mfn_t m = v->domain->mmu->translate(v, va, PF_LOOK, &pf);

		part = PAGE_SIZE - va % PAGE_SIZE;
		if (part > bytes - done)
			part = bytes - done;
		if (mfn_valid(m) &&
		    ranges_meet(frame_of(m)->pfn * PAGE_SIZE + va % PAGE_SIZE, part, pa, len))
			return true;
	}
	return false;
}

void segments_written(struct vcpu *v, u32 pa, u32 len)
{
	if (in_table(v, &v->virt.gdt, pa, len))
		segments_sync(v);
	if (v->virt.ldt_sel & ~SEL_RPL && in_table(v, &v->virt.ldt, pa, len))
		segments_sync_ldt(v);
}

void segments_init(struct vcpu *v)
{
	struct gate *g = v->domain->gate;
	struct cpu_regs *r = v->regs;

	*gate_descriptor(g, GATE_BOOT_CS) =
	    *gate_descriptor(g, GATE_SHADOW_RESERVED + GATE_SEL_RING1_CS);
	*gate_descriptor(g, GATE_BOOT_DS) =
	    *gate_descriptor(g, GATE_SHADOW_RESERVED + GATE_SEL_RING1_DS);
	v->virt.real_gdt.nr = v->virt.real_ldt.nr = PAGE_SIZE / sizeof(struct desc);
	v->virt.gdt = (struct table_reg){0, 0};
	v->virt.ldt = v->virt.tr = (struct table_reg){0, 0};
	v->virt.ldt_sel = v->virt.tr_sel = 0;
	r->cs = GATE_BOOT_CS;
	r->ss = GATE_BOOT_DS;
	r->ds = r->es = r->fs = r->gs = GATE_BOOT_DS & ~SEL_RPL;
}

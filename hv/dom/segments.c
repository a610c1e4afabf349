/*
 * segments.c: the guest's descriptor tables, as it believes the processor to use them, and the
 * real table that stands in for them.
 *
 * Bare hardware reads a descriptor once, when a selector is loaded, and keeps it. Ours reads it
 * again at each way back from the hypervisor to the guest, because all segment registers are then
 * loaded anew. So a guest that changes a descriptor under a loaded selector sees the change too
 * early. What must not happen is that it cannot go on at all (between lgdt and the far jump behind
 * it, selectors of the old table are still loaded): an entry that has become useless for the
 * register that holds its selector stays as it was.
 */
#include "cpu/gate.h"
#include "dom/inject.h"
#include "dom/segments.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

#define ACCESS_BYTE  5	 /* of a descriptor: type, S, DPL, P */
#define ACCESSED_BIT 0x1 /* in it */

/* Before the guest has a table of its own it runs on two hidden ones, and may name them. */
static bool boot_descriptor(const struct vcpu *v, u16 selector, struct desc *d)
{
	u16 real = real_selector(selector);

	if (v->virt.gdt.limit || (real != GATE_BOOT_CS && real != GATE_BOOT_DS))
		return false;
	*d = *gate_descriptor(v->domain->gate, real);
	d->hi &= ~DESC_DPL;
	return true;
}

enum desc_lookup lookup_descriptor(struct vcpu *v, u16 selector, struct desc *d,
				   struct guest_fault *pf)
{
	const struct table_reg *table = selector & SEL_TI ? &v->virt.ldt : &v->virt.gdt;
	u32 offset = selector & ~(SEL_RPL | SEL_TI);

	if (!(selector & ~SEL_RPL))
		return DESC_BEYOND;
	if (boot_descriptor(v, selector, d))
		return DESC_FOUND;
	if (offset + sizeof(*d) - 1 > table->limit)
		return DESC_BEYOND;
	return guest_read(v, table->base + offset, d, sizeof(*d), 0, pf) ? DESC_FOUND : DESC_FAULT;
}

bool guest_descriptor(struct vcpu *v, u16 selector, struct desc *d)
{
	struct guest_fault pf;

	return lookup_descriptor(v, selector, d, &pf) == DESC_FOUND;
}

bool fetch_descriptor(struct vcpu *v, u16 selector, u8 vec, struct desc *d)
{
	struct guest_fault pf;

	switch (lookup_descriptor(v, selector, d, &pf)) {
	case DESC_FOUND:
		return true;
	case DESC_BEYOND:
		inject_exception(v, vec, selector_error(selector));
		return false;
	default:
		inject_page_fault(v, &pf);
		return false;
	}
}

bool mark_descriptor(struct vcpu *v, u16 selector, u8 bit)
{
	const struct table_reg *table = selector & SEL_TI ? &v->virt.ldt : &v->virt.gdt;
	u32 va = table->base + (selector & ~(SEL_RPL | SEL_TI)) + ACCESS_BYTE;
	struct guest_fault pf;
	u8 byte;

	if (guest_read(v, va, &byte, 1, PF_W, &pf)) {
		byte |= bit;
		if (guest_write(v, va, &byte, 1, 0, &pf))
			return true;
	}
	inject_page_fault(v, &pf);
	return false;
}

static bool fail(struct vcpu *v, u8 vec, u16 selector)
{
	inject_exception(v, vec, selector_error(selector));
	return false;
}

/* What the guest may load must also be in the real table. */
static bool must_be_real(struct vcpu *v, u16 selector)
{
	struct desc ignored, *real;
	u32 nr;

	real = gate_guest_gdt(v->domain->gate, &nr);
	if (boot_descriptor(v, selector, &ignored) ||
	    (!(selector & SEL_TI) && selector / 8u < nr && real[selector / 8].hi & DESC_P))
		return true;
	domain_kill(v->domain, END_forbidden, selector,
		    "loaded a selector of an LDT, or of the end of a very long GDT");
	return false;
}

static bool is_code(struct desc d)
{
	return d.hi & DESC_S && d.hi & DESC_CODE;
}
static bool is_writable_data(struct desc d)
{
	return d.hi & DESC_S && !(d.hi & DESC_CODE) && d.hi & DESC_RW;
}
static bool is_readable(struct desc d)
{
	return d.hi & DESC_S && (!(d.hi & DESC_CODE) || d.hi & DESC_RW);
}
static bool is_conforming(struct desc d)
{
	return is_code(d) && d.hi & DESC_EC;
}

/* The CPU sets the accessed bit of what it loads. (Native loads of ds, es, fs and gs do so only in
 * the real table.) */
static bool use_descriptor(struct vcpu *v, u16 selector, struct desc d)
{
	struct desc ignored;

	if (!must_be_real(v, selector))
		return false;
	return d.hi & DESC_A || boot_descriptor(v, selector, &ignored) ||
	       mark_descriptor(v, selector, ACCESSED_BIT);
}

bool check_code_segment(struct vcpu *v, u16 selector, enum transfer how, struct desc *d)
{
	u32 rpl = selector & SEL_RPL, level = how == TRANSFER_RETURN ? rpl : 0, dpl;

	if (!fetch_descriptor(v, selector, VEC_GP, d))
		return false;
	dpl = desc_dpl(*d);
	if (!is_code(*d) || (is_conforming(*d) ? dpl > level : dpl != level || rpl > level))
		return fail(v, VEC_GP, selector);
	if (!(d->hi & DESC_P))
		return fail(v, VEC_NP, selector);
	return use_descriptor(v, selector, *d);
}

bool check_stack_segment(struct vcpu *v, u16 selector, u32 cpl, struct desc *d)
{
	if (!fetch_descriptor(v, selector, VEC_GP, d))
		return false;
	if ((selector & SEL_RPL) != cpl || !is_writable_data(*d) || desc_dpl(*d) != cpl)
		return fail(v, VEC_GP, selector);
	if (!(d->hi & DESC_P))
		return fail(v, VEC_SS, selector);
	return use_descriptor(v, selector, *d);
}

static bool check_data_segment(struct vcpu *v, u16 selector, u32 cpl)
{
	u32 rpl = selector & SEL_RPL;
	struct desc d;

	if (!(selector & ~SEL_RPL))
		return true; /* null may be loaded, but not used */
	if (!fetch_descriptor(v, selector, VEC_GP, &d))
		return false;
	if (!is_readable(d) || (!is_conforming(d) && (rpl > desc_dpl(d) || cpl > desc_dpl(d))))
		return fail(v, VEC_GP, selector);
	if (!(d.hi & DESC_P))
		return fail(v, VEC_NP, selector);
	return use_descriptor(v, selector, d);
}

bool load_data_segment(struct vcpu *v, enum seg seg, u16 selector)
{
	u32 cpl = from_kernel(v->regs) ? 0 : 3;
	struct cpu_regs *r = v->regs;
	u32 *const slot[NR_SEGS] = {
	    [SEG_ES] = &r->es, [SEG_DS] = &r->ds, [SEG_FS] = &r->fs, [SEG_GS] = &r->gs};
	struct desc d;

	if (seg == SEG_SS) {
		if (!check_stack_segment(v, selector, cpl, &d))
			return false;
		r->ss = real_selector(selector);
		return true;
	}
	if (!check_data_segment(v, selector, cpl))
		return false;
	*slot[seg] = selector;
	return true;
}

bool load_code_segment(struct vcpu *v, u16 selector)
{
	struct desc d;

	if (!check_code_segment(v, selector, TRANSFER_JUMP, &d))
		return false;
	v->regs->cs = real_selector(selector & ~SEL_RPL);
	return true;
}

/* A guest descriptor as the real table has it. Nothing may run in ring 0, and the real table is
 * read-only while the guest runs, so that the CPU must never want to set an accessed bit. */
static struct desc raise(struct desc d)
{
	if (!(d.hi & DESC_S))
		return (struct desc){0, 0}; /* gates, TSS, LDT: the guest's are virtual */
	if (desc_dpl(d) == 0)
		d.hi |= 1 << DESC_DPL_SHIFT;
	d.hi |= DESC_A;
	return gate_clip_descriptor(d);
}

/* Can the register go on with this? */
static bool usable(enum seg seg, struct desc d)
{
	if (!(d.hi & DESC_P))
		return false;
	if (seg == SEG_CS)
		return is_code(d);
	return seg == SEG_SS ? is_writable_data(d) : is_readable(d);
}

static void set_entry(struct vcpu *v, struct desc *real, u32 index, struct desc d)
{
	const struct cpu_regs *r = v->regs;
	const u32 loaded[NR_SEGS] = {[SEG_ES] = r->es, [SEG_CS] = r->cs, [SEG_SS] = r->ss,
				     [SEG_DS] = r->ds, [SEG_FS] = r->fs, [SEG_GS] = r->gs};

	for (enum seg seg = 0; seg < NR_SEGS; seg++)
		if ((loaded[seg] & 0xFFFF) >> 3 == index && !usable(seg, d))
			return;
	real[index] = d;
}

/* From now on the guest's writes to its table must come to us. */
static void watch(struct vcpu *v, u32 va, u32 bytes)
{
	u32 pages = (va % PAGE_SIZE + bytes + PAGE_SIZE - 1) / PAGE_SIZE;
	struct guest_fault pf;

	for (u32 k = 0; k < pages; k++) {
		mfn_t m = v->domain->mmu->translate(v, va + k * PAGE_SIZE, 0, &pf);

		if (mfn_valid(m) && !(frame_of(m)->flags & FRAME_WATCHED))
			frame_trace(v->domain, m, FRAME_WATCHED);
	}
}

void segments_sync(struct vcpu *v)
{
	const struct table_reg *gdt = &v->virt.gdt;
	struct desc part[64], *real;
	struct guest_fault pf;
	u32 nr, have = (gdt->limit + 1) / sizeof(struct desc);

	real = gate_guest_gdt(v->domain->gate, &nr);
	if (have > nr)
		have = nr;
	real[0] = (struct desc){0, 0};
	for (u32 first = 0; first < nr; first += ARRAY_SIZE(part)) {
		u32 n = have > first ? have - first : 0;

		if (n > ARRAY_SIZE(part))
			n = ARRAY_SIZE(part);
		memset(part, 0, sizeof(part));
		/* A table that is not there yet is empty. */
		if (n && !guest_read(v, gdt->base + first * sizeof(struct desc), part,
				     n * sizeof(struct desc), 0, &pf))
			memset(part, 0, sizeof(part));
		for (u32 k = 0; k < ARRAY_SIZE(part) && first + k < nr; k++)
			if (first + k)
				set_entry(v, real, first + k, raise(part[k]));
	}
	watch(v, gdt->base, have * sizeof(struct desc));
}

void segments_written(struct vcpu *v, u32 pa, u32 len)
{
	const struct table_reg *gdt = &v->virt.gdt;
	struct guest_fault pf;
	u32 done = 0;

	while (gdt->limit && done <= gdt->limit) {
		u32 va = gdt->base + done, part = PAGE_SIZE - va % PAGE_SIZE;
		mfn_t m = v->domain->mmu->translate(v, va, 0, &pf);
		u32 at;

		if (part > gdt->limit + 1 - done)
			part = gdt->limit + 1 - done;
		if (mfn_valid(m)) {
			at = frame_of(m)->pfn * PAGE_SIZE + va % PAGE_SIZE;
			if (pa < at + part && at < pa + len) {
				segments_sync(v);
				return;
			}
		}
		done += part;
	}
}

void segments_init(struct vcpu *v)
{
	struct cpu_regs *r = v->regs;
	struct desc *real;
	u32 nr;

	real = gate_guest_gdt(v->domain->gate, &nr);
	memset(real, 0, nr * sizeof(*real));
	v->virt.gdt = (struct table_reg){0, 0};
	v->virt.ldt = v->virt.tr = (struct table_reg){0, 0};
	v->virt.ldt_sel = v->virt.tr_sel = 0;
	r->cs = GATE_BOOT_CS;
	r->ss = r->ds = r->es = r->fs = r->gs = GATE_BOOT_DS;
}

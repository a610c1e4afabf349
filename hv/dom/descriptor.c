/*[H33]
 * descriptor.c: the guest's descriptors as it believes the processor to use them, and the checks of
 * loading a segment register (SDM 3A 5.5 to 5.8).
 */
#include "cpu/gate.h"
#include "dom/inject.h"
#include "dom/real.h"
#include "dom/segments.h"
#include "lib/range.h"
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
	if (!within_limit(offset, sizeof(*d), table->limit))
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

bool segments_extend(struct vcpu *v, u32 selector)
{
	bool ldt = selector & SEL_TI;
	const struct table_reg *table = ldt ? &v->virt.ldt : &v->virt.gdt;
	struct real_table *real = ldt ? &v->virt.real_ldt : &v->virt.real_gdt;
	u32 max = (ldt ? TABLE_BYTES : GATE_SHADOW_RESERVED) / sizeof(struct desc);
	u32 index = selector / sizeof(struct desc);

	if (selector & SEL_RPL || index < real->nr || index >= max || index >= table_entries(table))
		return false;
	if (!gate_extend(v->domain->gate, selector)) {
		domain_kill(v->domain, END_no_memory, selector, "no memory for its GDT or LDT");
		return true;
	}
	real->nr = (selector | (PAGE_SIZE - 1)) / sizeof(struct desc) + 1;
	if (real->nr > max)
		real->nr = max;
	ldt ? segments_sync_ldt(v) : segments_sync(v);
	return true;
}

bool use_descriptor(struct vcpu *v, u16 selector, struct desc d)
{
	struct desc ignored, *real;

	if (!(d.hi & DESC_A) && !boot_descriptor(v, selector, &ignored) &&
	    !mark_descriptor(v, selector, ACCESSED_BIT))
		return false;
	/* What the guest may load must also be in the real table. */
	real = gate_descriptor(v->domain->gate, selector);
	if (!(selector & SEL_TI) && selector >= GATE_SHADOW_RESERVED)
		domain_kill(v->domain, END_forbidden, selector,
			    "loaded a selector that the hypervisor has for itself");
	else if (real && real->hi & DESC_P)
		return true;
	else if (segments_extend(v, selector & ~SEL_RPL))
		return !v->domain->dying && use_descriptor(v, selector, d);
	else if (!boot_descriptor(v, selector, &ignored))
		domain_kill(v->domain, END_forbidden, selector,
			    "loaded a segment that reaches into the hypervisor's part of memory");
	return !v->domain->dying;
}

bool first_use(struct vcpu *v, u32 err)
{
	u16 selector = err & ~(ERR_EXT | ERR_IDT);
	struct desc d;

	if (err & (ERR_EXT | ERR_IDT) || !guest_descriptor(v, selector, &d) ||
	    (d.hi & (DESC_S | DESC_P | DESC_A)) != (DESC_S | DESC_P))
		return false;
	mark_descriptor(v, selector, ACCESSED_BIT); /* or queue the page fault of that */
	return true;
}

bool check_code_segment(struct vcpu *v, u16 selector, enum transfer how, struct desc *d)
{
	u32 cpl = from_kernel(v->regs) ? 0 : 3, rpl = selector & SEL_RPL;
	u32 level = how == TRANSFER_RETURN ? rpl : cpl;

	if (!fetch_descriptor(v, selector, VEC_GP, d))
		return false;
	if (level < cpl || !desc_fits(SEG_CS, level, rpl, *d))
		return fail(v, VEC_GP, selector);
	if (!(d->hi & DESC_P))
		return fail(v, VEC_NP, selector);
	return use_descriptor(v, selector, *d);
}

bool check_stack_segment(struct vcpu *v, u16 selector, u32 cpl, struct desc *d)
{
	if (!fetch_descriptor(v, selector, VEC_GP, d))
		return false;
	if (!desc_fits(SEG_SS, cpl, selector & SEL_RPL, *d))
		return fail(v, VEC_GP, selector);
	if (!(d->hi & DESC_P))
		return fail(v, VEC_SS, selector);
	return use_descriptor(v, selector, *d);
}

bool kernel_stack(struct vcpu *v, u32 ext, u16 *ss, u32 *esp, struct desc *d)
{
	struct guest_fault pf;
	u32 size = v->virt.tr_wide ? 4 : 2; /* of SP and of what holds SS */
	union {
		u32 wide[2];
		u16 narrow[2];
	} tss;
	u8 vec = VEC_TS;

	/* Behind the link, which is one such word (SDM 3A figures 7-2 and 7-10). */
	if (!within_limit(size, 2 * size, v->virt.tr.limit)) {
		inject_exception(v, VEC_TS, selector_error(v->virt.tr_sel) | ext);
		return false;
	}
	if (!guest_read(v, v->virt.tr.base + size, &tss, 2 * size, 0, &pf)) {
		inject_page_fault(v, &pf);
		return false;
	}
	*esp = size == 4 ? tss.wide[0] : tss.narrow[0];
	*ss = size == 4 ? tss.wide[1] : tss.narrow[1];
	switch (lookup_descriptor(v, *ss, d, &pf)) {
	case DESC_FAULT:
		inject_page_fault(v, &pf);
		return false;
	case DESC_FOUND:
		if (!desc_fits(SEG_SS, 0, *ss & SEL_RPL, *d))
			break;
		if (d->hi & DESC_P)
			return use_descriptor(v, *ss, *d);
		vec = VEC_SS;
		break;
	default:
		break;
	}
	inject_exception(v, vec, selector_error(*ss) | ext);
	return false;
}

static bool check_data_segment(struct vcpu *v, u16 selector, u32 cpl)
{
	struct desc d;

	if (!(selector & ~SEL_RPL))
		return true; /* null may be loaded, but not used */
	if (!fetch_descriptor(v, selector, VEC_GP, &d))
		return false;
	if (!desc_fits(SEG_DS, cpl, selector & SEL_RPL, d))
		return fail(v, VEC_GP, selector);
	if (!(d.hi & DESC_P))
		return fail(v, VEC_NP, selector);
	return use_descriptor(v, selector, d);
}

struct desc loaded_segment(const struct vcpu *v, enum seg seg)
{
	u16 selector = *seg_slot(v->regs, seg);
	const struct desc *d = gate_descriptor(v->domain->gate, selector);

	return d && selector & ~SEL_RPL ? *d : (struct desc){0, 0};
}

u16 read_segment(const struct vcpu *v, enum seg seg)
{
	u16 real = *seg_slot(v->regs, seg);

	if (!(real & ~SEL_RPL))
		return v->virt.null_rpl[seg];
	if (is_real_selector(real))
		return v->virt.real_value[seg];
	return seg == SEG_CS || seg == SEG_SS ? guest_selector(real) : real;
}

void note_null_selector(struct vcpu *v, enum seg seg, u16 selector)
{
	v->virt.null_rpl[seg] = selector & ~SEL_RPL ? 0 : selector;
	if (v->virt.null_rpl[seg] && !v->domain->catch_reads) {
		v->domain->catch_reads = true;
		/* So that code_entered() comes to know. */
		v->domain->descriptors_epoch++;
		v->domain->code.len = 0;
	}
}

bool load_data_segment(struct vcpu *v, enum seg seg, u16 selector)
{
	u32 cpl = from_kernel(v->regs) ? 0 : 3;
	struct desc d;

	if (in_real_mode(v)) {
		real_mode_load(v, seg, selector);
		return true;
	}
	if (seg == SEG_SS) {
		if (!check_stack_segment(v, selector, cpl, &d))
			return false;
		v->regs->ss = real_selector(selector);
		return true;
	}
	if (!check_data_segment(v, selector, cpl))
		return false;
	note_null_selector(v, seg, selector);
	*seg_slot(v->regs, seg) = selector;
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

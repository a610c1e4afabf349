/*[H37]
 * emulate_table.c: the descriptor-table registers, and looking at descriptors. The guest sees its
 * own tables, with the rights of ring 0.
 */
#include "insn/emulate.h"

#define BUSY_BIT 0x2	     /* in a TSS descriptor's type */
#define RIGHTS	 0x00F0FF00u /* what lar shows of a descriptor's high word */

/* A 16-bit operand size means a 24-bit base, as on the 286 (SDM 2, LGDT). */
static u32 base_mask(const struct emulation *e)
{
	return e->insn.op_size == 2 ? 0x00FFFFFF : 0xFFFFFFFF;
}

static bool load_table(struct emulation *e, struct table_reg *reg)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) image;

	if (!operand_read(e, &image, sizeof(image)))
		return false;
	reg->limit = image.limit;
	e->value = reg->base = image.base & base_mask(e);
	return true;
}

static enum emul store_table(struct emulation *e, const struct table_reg *reg)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) image = {reg->limit, reg->base & base_mask(e)};

	e->value = image.base;
	return operand_write(e, &image, sizeof(image)) ? EMUL_DONE : EMUL_EXCEPTION;
}

enum emul emulate_lgdt(struct emulation *e)
{
	if (!load_table(e, &e->v->virt.gdt))
		return EMUL_EXCEPTION;
	segments_sync(e->v);
	return EMUL_DONE;
}

enum emul emulate_lidt(struct emulation *e)
{
	return load_table(e, &e->v->virt.idt) ? EMUL_DONE : EMUL_EXCEPTION;
}

enum emul emulate_sgdt(struct emulation *e)
{
	return store_table(e, &e->v->virt.gdt);
}

enum emul emulate_sidt(struct emulation *e)
{
	return store_table(e, &e->v->virt.idt);
}

/* A system descriptor of the GDT for lldt and ltr: of type `type` or `type2`, and present. */
static bool system_segment(struct emulation *e, u16 sel, u32 type, u32 type2, struct desc *d)
{
	u8 vec = 0;

	if (sel & SEL_TI) {
		inject_exception(e->v, VEC_GP, selector_error(sel));
		return false;
	}
	if (!fetch_descriptor(e->v, sel, VEC_GP, d))
		return false;
	if (d->hi & DESC_S || (DESC_TYPE(d->hi) != type && DESC_TYPE(d->hi) != type2))
		vec = VEC_GP;
	else if (!(d->hi & DESC_P))
		vec = VEC_NP;
	if (vec)
		inject_exception(e->v, vec, selector_error(sel));
	return !vec;
}

enum emul emulate_lldt(struct emulation *e)
{
	struct virt_cpu *virt = &e->v->virt;
	struct desc d = {0, 0};
	u32 sel;

	if (!rm_read(e, 2, &sel))
		return EMUL_EXCEPTION;
	e->value = sel;
	/* A null selector is allowed: there is no LDT then. */
	if (sel & ~SEL_RPL && !system_segment(e, sel, DESC_LDT, DESC_LDT, &d))
		return EMUL_EXCEPTION;
	virt->ldt_sel = sel;
	virt->ldt.base = desc_base(d);
	virt->ldt.limit = desc_limit(d);
	segments_sync_ldt(e->v);
	return EMUL_DONE;
}

enum emul emulate_ltr(struct emulation *e)
{
	const u32 tss16_avail = DESC_TSS_AVAIL & ~8u;
	struct virt_cpu *virt = &e->v->virt;
	struct desc d;
	u32 sel;

	if (!rm_read(e, 2, &sel))
		return EMUL_EXCEPTION;
	e->value = sel;
	if (!system_segment(e, sel, DESC_TSS_AVAIL, tss16_avail, &d) ||
	    !mark_descriptor(e->v, sel, BUSY_BIT))
		return EMUL_EXCEPTION;
	virt->tr_sel = sel;
	virt->tr_wide = DESC_TYPE(d.hi) == DESC_TSS_AVAIL;
	virt->tr.base = desc_base(d);
	virt->tr.limit = desc_limit(d);
	return EMUL_DONE;
}

/* To memory always 16 bits; a 32-bit register gets zeroes above. */
static enum emul store_selector(struct emulation *e, u16 sel)
{
	e->value = sel;
	return rm_write(e, e->insn.mod == 3 ? e->insn.op_size : 2, sel) ? EMUL_DONE
									: EMUL_EXCEPTION;
}

enum emul emulate_sldt(struct emulation *e)
{
	return store_selector(e, e->v->virt.ldt_sel);
}

enum emul emulate_str(struct emulation *e)
{
	return store_selector(e, e->v->virt.tr_sel);
}

/*
 * lar, lsl, verr, verw: fetch the descriptor that the operand selects.
 * @return false if an exception was raised; *visible: there is one that may be seen
 */
static bool inspect(struct emulation *e, struct desc *d, bool *visible)
{
	struct guest_fault pf;
	u32 sel;

	if (!rm_read(e, 2, &sel))
		return false;
	e->value = 0;
	*visible = false;
	switch (lookup_descriptor(e->v, sel, d, &pf)) {
	case DESC_FOUND:
		/* The weaker of CPL and RPL counts; a conforming code segment anybody may see. */
		*visible = (d->hi & DESC_S && d->hi & DESC_CODE && d->hi & DESC_EC) ||
			   ((sel & SEL_RPL) | cpl_of(e)) <= desc_dpl(*d);
		return true;
	case DESC_BEYOND:
		return true;
	default:
		inject_page_fault(e->v, &pf);
		return false;
	}
}

static enum emul answer(struct emulation *e, bool yes)
{
	e->regs->eflags = (e->regs->eflags & ~EFL_ZF) | (yes ? EFL_ZF : 0);
	return EMUL_DONE;
}

/* Which types of system descriptors lar and lsl know (SDM 2, tables of LAR and LSL), as bits. */
#define LAR_TYPES 0x1A3Eu /* TSS, LDT, call gates, task gate */
#define LSL_TYPES 0x0A0Eu /* TSS, LDT */

static bool known(struct desc d, u32 types)
{
	return d.hi & DESC_S || types >> DESC_TYPE(d.hi) & 1;
}

enum emul emulate_lar(struct emulation *e)
{
	struct desc d;
	bool ok;

	if (!inspect(e, &d, &ok))
		return EMUL_EXCEPTION;
	ok = ok && known(d, LAR_TYPES);
	if (ok) {
		e->value = d.hi & RIGHTS;
		reg_set(e->regs, e->insn.reg, e->insn.op_size, e->value);
	}
	return answer(e, ok);
}

enum emul emulate_lsl(struct emulation *e)
{
	struct desc d;
	bool ok;

	if (!inspect(e, &d, &ok))
		return EMUL_EXCEPTION;
	ok = ok && known(d, LSL_TYPES);
	if (ok) {
		e->value = desc_limit(d);
		reg_set(e->regs, e->insn.reg, e->insn.op_size, e->value);
	}
	return answer(e, ok);
}

/* verr and verw. */
enum emul emulate_verr(struct emulation *e)
{
	bool write = e->insn.op == OP_verw, ok;
	struct desc d;

	if (!inspect(e, &d, &ok))
		return EMUL_EXCEPTION;
	if (ok && !(d.hi & DESC_S))
		ok = false;
	if (ok && d.hi & DESC_CODE)
		ok = !write && d.hi & DESC_RW;
	else if (ok)
		ok = !write || d.hi & DESC_RW;
	return answer(e, ok);
}

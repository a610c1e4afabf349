/*[H41] emulate_io.c: in, out, ins and outs, to the virtual PC. */
#include "dev/vdev.h"
#include "hw/given.h"
#include "insn/emulate.h"
#include "lib/range.h"

/* How many elements one emulation of a rep form moves before the guest may take an interrupt. */
#define MAX_ELEMENTS 64

u16 insn_port(const struct emulation *e)
{
	return e->insn.imm_size ? e->insn.imm : e->regs->edx;
}

bool port_map_allows(const struct emulation *e, vaddr_t map)
{
	u32 port = insn_port(e), wanted = ((1u << operand_size(&e->insn)) - 1) << port % 8;
	struct guest_fault pf;
	u16 bits;

	/* Two bytes are read always: a port's neighbours may be in the second. */
	return guest_read(e->v, map + port / 8, &bits, 2, 0, &pf) && !(bits & wanted);
}

bool port_allowed(const struct emulation *e)
{
	const struct table_reg *tr = &e->v->virt.tr;
	struct guest_fault pf;
	u16 map;

	return e->v->virt.tr_wide && tr->limit >= sizeof(struct tss) - 1 &&
	       guest_read(e->v, tr->base + offsetof(struct tss, iomap), &map, 2, 0, &pf) &&
	       within_limit(map + insn_port(e) / 8, 2, tr->limit) &&
	       port_map_allows(e, tr->base + map);
}

/* Domain 0 has some of the machine's own devices; another direct-mode guest has none, and nobody
 * answers. */
static bool is_given(struct emulation *e, u32 size)
{
	return e->v->domain->privileged && port_given(insn_port(e), size);
}

static u32 port_in(struct emulation *e, u32 size)
{
	if (e->v->domain->vdev)
		return vdev_in(e->v, insn_port(e), size);
	return is_given(e, size) ? given_in(insn_port(e), size) : ~0u;
}

static void port_out(struct emulation *e, u32 size)
{
	if (e->v->domain->vdev)
		vdev_out(e->v, insn_port(e), size, e->value);
	else if (is_given(e, size))
		given_out(insn_port(e), size, e->value);
}

static bool ins_one(struct emulation *e, u32 size)
{
	u32 offset = index_get(e, REG_DI), la;
	struct guest_fault pf;

	/* The port must not be read if what it says cannot be stored. */
	if (!linear_address(e, SEG_ES, offset, size, true, &la))
		return false;
	if (!guest_read(e->v, la, &e->value, size, e->access | PF_W, &pf)) {
		inject_page_fault(e->v, &pf);
		return false;
	}
	e->value = port_in(e, size);
	if (!linear_write(e, la, &e->value, size, e->access))
		return false;
	index_add(e, REG_DI, e->regs->eflags & EFL_DF ? -(s32)size : (s32)size);
	return true;
}

static bool outs_one(struct emulation *e, u32 size)
{
	enum seg seg = e->insn.segment >= 0 ? e->insn.segment : SEG_DS;
	u32 offset = index_get(e, REG_SI);

	e->value = 0;
	if (!mem_read(e, seg, offset, &e->value, size))
		return false;
	port_out(e, size);
	index_add(e, REG_SI, e->regs->eflags & EFL_DF ? -(s32)size : (s32)size);
	return true;
}

/*
 * A fault, an interrupt or a single step may come between any two elements, with registers that
 * let the instruction go on: EIP stays at it until ECX is 0.
 */
static enum emul string_io(struct emulation *e, bool (*one)(struct emulation *, u32))
{
	u32 size = operand_size(&e->insn), eip = e->regs->eip;

	if (!e->insn.rep && !e->insn.repne)
		return one(e, size) ? EMUL_DONE : EMUL_EXCEPTION;
	for (u32 n = 0; index_get(e, REG_CX); n++) {
		if (n == MAX_ELEMENTS || (n && (e->single_step || e->struck)) ||
		    e->v->domain->dying) {
			e->next = eip;
			return EMUL_DONE;
		}
		if (!one(e, size))
			return EMUL_EXCEPTION;
		index_add(e, REG_CX, -1);
	}
	return EMUL_DONE;
}

enum emul emulate_in(struct emulation *e)
{
	u32 size = operand_size(&e->insn);

	if (e->insn.opcode < 0xE4)
		return string_io(e, ins_one);
	e->value = port_in(e, size);
	reg_set(e->regs, 0, size, e->value);
	return EMUL_DONE;
}

enum emul emulate_out(struct emulation *e)
{
	u32 size = operand_size(&e->insn);

	if (e->insn.opcode < 0xE4)
		return string_io(e, outs_one);
	e->value = reg_get(e->regs, 0, size);
	port_out(e, size);
	return EMUL_DONE;
}

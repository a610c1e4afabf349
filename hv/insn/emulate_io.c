/*[H41] emulate_io.c: in, out, ins and outs, to the virtual PC. */
#include "dev/vdev.h"
#include "hw/passthrough.h"
#include "insn/emulate.h"
#include "lib/range.h"

/* How many times one emulation of a rep form moves something before the guest may take an
 * interrupt. */
#define MAX_ELEMENTS 64
#define CHUNK	     1024u /* bytes that are moved at once, where they may be */

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
static bool is_passthrough(struct emulation *e, u32 size)
{
	return e->v->domain->privileged && passthrough_port(insn_port(e), size);
}

static u32 port_in(struct emulation *e, u32 size)
{
	if (e->v->domain->vdev)
		return vdev_in(e->v, insn_port(e), size);
	return is_passthrough(e, size) ? passthrough_in(insn_port(e), size) : ~0u;
}

static void port_out(struct emulation *e, u32 size)
{
	if (e->v->domain->vdev)
		vdev_out(e->v, insn_port(e), size, e->value);
	else if (is_passthrough(e, size))
		passthrough_out(insn_port(e), size, e->value);
}

/* What is being moved; no emulation comes in between. */
static u8 chunk[CHUNK];

/* How many bytes the device has, or takes, one after the other. */
static u32 ready(struct emulation *e, u32 size)
{
	if (e->v->domain->vdev)
		return vdev_ready(e->v->domain->vdev, insn_port(e));
	return is_passthrough(e, size) ? CHUNK : 0;
}

/* How many elements from a linear address on are moved at once: of a disk, up to a chunk within one
 * page. */
static u32 at_once(struct emulation *e, u32 size, u32 la, u32 wanted)
{
	u32 most = PAGE_SIZE - la % PAGE_SIZE, there;

	if (e->single_step || e->regs->eflags & EFL_DF)
		return 1;
	there = ready(e, size);
	most = (most < CHUNK ? most : CHUNK);
	most = (most < there ? most : there) / size;
	most = wanted < most ? wanted : most;
	return most ? most : 1;
}

static void ins_chunk(struct emulation *e, u32 size, u32 n)
{
	if (e->v->domain->vdev)
		vdev_move(e->v->domain->vdev, chunk, n * size, false);
	else
		passthrough_ins(insn_port(e), size, chunk, n);
}

static void outs_chunk(struct emulation *e, u32 size, u32 n)
{
	if (e->v->domain->vdev)
		vdev_move(e->v->domain->vdev, chunk, n * size, true);
	else
		passthrough_outs(insn_port(e), size, chunk, n);
}

/* @return how many elements were moved, of `wanted` (1 or more); 0: an exception is raised */
static u32 ins_some(struct emulation *e, u32 size, u32 wanted)
{
	u32 offset = index_get(e, REG_DI), la, n;
	struct guest_fault pf;

	/* The port must not be read if what it says cannot be stored. */
	if (!linear_address(e, SEG_ES, offset, size, true, &la))
		return 0;
	n = at_once(e, size, la, wanted);
	if (n > 1 && !linear_address(e, SEG_ES, offset, n * size, true, &la))
		return 0;
	if (!guest_read(e->v, la, &e->value, size, e->access | PF_W, &pf)) {
		inject_page_fault(e->v, &pf);
		return 0;
	}
	if (n > 1)
		ins_chunk(e, size, n);
	else
		e->value = port_in(e, size);
	if (!linear_write(e, la, n > 1 ? chunk : (u8 *)&e->value, n * size, e->access))
		return 0;
	index_add(e, REG_DI, e->regs->eflags & EFL_DF ? -(s32)size : (s32)(n * size));
	return n;
}

static u32 outs_some(struct emulation *e, u32 size, u32 wanted)
{
	enum seg seg = e->insn.segment >= 0 ? e->insn.segment : SEG_DS;
	u32 offset = index_get(e, REG_SI), la, n;

	if (!linear_address(e, seg, offset, size, false, &la))
		return 0;
	n = at_once(e, size, la, wanted);
	e->value = 0;
	if (!mem_read(e, seg, offset, n > 1 ? chunk : (u8 *)&e->value, n * size))
		return 0;
	if (n > 1)
		outs_chunk(e, size, n);
	else
		port_out(e, size);
	index_add(e, REG_SI, e->regs->eflags & EFL_DF ? -(s32)size : (s32)(n * size));
	return n;
}

/*
 * A fault, an interrupt or a single step may come between any two elements, with registers that
 * let the instruction go on: EIP stays at it until ECX is 0.
 */
static enum emul string_io(struct emulation *e, u32 (*some)(struct emulation *, u32, u32))
{
	u32 size = operand_size(&e->insn), eip = e->regs->eip, left, done;

	if (!e->insn.rep && !e->insn.repne)
		return some(e, size, 1) ? EMUL_DONE : EMUL_EXCEPTION;
	for (u32 n = 0; (left = index_get(e, REG_CX)); n++) {
		if (n == MAX_ELEMENTS || (n && (e->single_step || e->struck)) ||
		    e->v->domain->dying) {
			e->next = eip;
			return EMUL_DONE;
		}
		done = some(e, size, left);
		if (!done)
			return EMUL_EXCEPTION;
		index_add(e, REG_CX, -(s32)done);
	}
	return EMUL_DONE;
}

enum emul emulate_in(struct emulation *e)
{
	u32 size = operand_size(&e->insn);

	if (e->insn.opcode < 0xE4)
		return string_io(e, ins_some);
	e->value = port_in(e, size);
	reg_set(e->regs, 0, size, e->value);
	return EMUL_DONE;
}

enum emul emulate_out(struct emulation *e)
{
	u32 size = operand_size(&e->insn);

	if (e->insn.opcode < 0xE4)
		return string_io(e, outs_some);
	e->value = reg_get(e->regs, 0, size);
	port_out(e, size);
	return EMUL_DONE;
}

/*[H32] operand.c: an instruction's operands: registers, memory through segments, and the stack. */
#include "insn/emulate.h"

static u32 *gpr(const struct cpu_regs *regs, u8 n)
{
	struct cpu_regs *r = (struct cpu_regs *)regs;
	u32 *const slot[] = {&r->eax, &r->ecx, &r->edx, &r->ebx,
			     &r->esp, &r->ebp, &r->esi, &r->edi};

	return slot[n & 7];
}

u32 reg_get(const struct cpu_regs *r, u8 n, u32 size)
{
	if (size == 1)
		return n < 4 ? *gpr(r, n) & 0xFF : *gpr(r, n - 4) >> 8 & 0xFF;
	return size == 2 ? *gpr(r, n) & 0xFFFF : *gpr(r, n);
}

void reg_set(struct cpu_regs *r, u8 n, u32 size, u32 val)
{
	if (size == 1)
		memcpy((u8 *)gpr(r, n & 3) + (n >= 4), &val, 1);
	else
		memcpy(gpr(r, n), &val, size);
}

u32 index_get(const struct emulation *e, u8 reg)
{
	return reg_get(e->regs, reg, e->insn.addr_size);
}

void index_add(struct emulation *e, u8 reg, s32 by)
{
	reg_set(e->regs, reg, e->insn.addr_size, index_get(e, reg) + by);
}

/* [bx+si] [bx+di] [bp+si] [bp+di] [si] [di] [bp] [bx] (SDM 2, table 2-1) */
static u32 address16(const struct cpu_regs *r, const struct insn *i)
{
	static const u8 base[] = {3, 3, 5, 5, 6, 7, 5, 3}, index[] = {6, 7, 6, 7};
	u32 offset = i->disp;

	if (i->mod != 0 || i->rm != 6)
		offset += *gpr(r, base[i->rm]);
	if (i->rm < 4)
		offset += *gpr(r, index[i->rm]);
	return offset & 0xFFFF;
}

static u32 address32(const struct cpu_regs *r, const struct insn *i)
{
	u8 base = i->has_sib ? i->base : i->rm;
	u32 offset = i->disp;

	if (i->mod != 0 || base != 5)
		offset += *gpr(r, base);
	if (i->has_sib && i->index != 4)
		offset += *gpr(r, i->index) << i->scale;
	return offset;
}

u32 insn_effective_address(const struct vcpu *v, const struct insn *i)
{
	if (!i->has_modrm) /* mov between (e)ax and memory: the offset stands in the code */
		return i->disp;
	return i->addr_size == 2 ? address16(v->regs, i) : address32(v->regs, i);
}

/* What is addressed through (e)bp or esp lies in the stack segment, all else in ds. */
static bool uses_stack_base(const struct insn *i)
{
	u8 base = i->has_sib ? i->base : i->rm;

	if (!i->has_modrm)
		return false;
	if (i->addr_size == 2)
		return i->rm == 2 || i->rm == 3 || (i->rm == 6 && i->mod != 0);
	return base == 4 || (base == 5 && i->mod != 0);
}

enum seg insn_operand_segment(const struct insn *i)
{
	if (i->segment >= 0)
		return i->segment;
	return uses_stack_base(i) ? SEG_SS : SEG_DS;
}

bool linear_address(struct emulation *e, enum seg seg, u32 offset, u32 len, bool write, u32 *la)
{
	struct desc d = loaded_segment(e->v, seg);

	if (!desc_allows(d, offset, len, write)) {
		inject_exception(e->v, seg == SEG_SS ? VEC_SS : VEC_GP, 0);
		return false;
	}
	*la = desc_base(d) + offset;
	return true;
}

static inline __attribute__((always_inline)) bool read_at(struct emulation *e, u32 la, void *dst,
							  u32 len, u32 access)
{
	struct guest_fault pf;

	if (!guest_read(e->v, la, dst, len, access, &pf)) {
		inject_page_fault(e->v, &pf);
		return false;
	}
	if (e->v->virt.dr[7] & DR7_ENABLED)
		e->struck |= breakpoints_struck(e->v, la, len, BREAK_READ);
	return true;
}

static inline __attribute__((always_inline)) bool write_at(struct emulation *e, u32 la,
							   const void *src, u32 len, u32 access)
{
	struct guest_fault pf;

	if (!guest_write(e->v, la, src, len, access, &pf)) {
		inject_page_fault(e->v, &pf);
		return false;
	}
	if (e->v->virt.dr[7] & DR7_ENABLED)
		e->struck |= breakpoints_struck(e->v, la, len, BREAK_WRITE);
	return true;
}

bool linear_read(struct emulation *e, u32 la, void *dst, u32 len, u32 access)
{
	return read_at(e, la, dst, len, access);
}

bool linear_write(struct emulation *e, u32 la, const void *src, u32 len, u32 access)
{
	return write_at(e, la, src, len, access);
}

bool mem_read(struct emulation *e, enum seg seg, u32 offset, void *dst, u32 len)
{
	u32 la;

	return linear_address(e, seg, offset, len, false, &la) &&
	       read_at(e, la, dst, len, e->access);
}

bool mem_write(struct emulation *e, enum seg seg, u32 offset, const void *src, u32 len)
{
	u32 la;

	return linear_address(e, seg, offset, len, true, &la) &&
	       write_at(e, la, src, len, e->access);
}

bool operand_read(struct emulation *e, void *dst, u32 len)
{
	return mem_read(e, insn_operand_segment(&e->insn), insn_effective_address(e->v, &e->insn),
			dst, len);
}

bool operand_write(struct emulation *e, const void *src, u32 len)
{
	return mem_write(e, insn_operand_segment(&e->insn), insn_effective_address(e->v, &e->insn),
			 src, len);
}

bool rm_read(struct emulation *e, u32 size, u32 *val)
{
	*val = 0;
	if (e->insn.mod != 3)
		return operand_read(e, val, size);
	*val = reg_get(e->regs, e->insn.rm, size);
	return true;
}

bool rm_write(struct emulation *e, u32 size, u32 val)
{
	if (e->insn.mod != 3)
		return operand_write(e, &val, size);
	reg_set(e->regs, e->insn.rm, size, val);
	return true;
}

/* ESP plus `add`, as wide as the stack segment says. */
static u32 stack_pointer(struct emulation *e, u32 add)
{
	u32 mask = loaded_segment(e->v, SEG_SS).hi & DESC_DB ? ~0u : 0xFFFF;

	return (e->regs->esp & ~mask) | ((e->regs->esp + add) & mask);
}

static u32 stack_offset(struct emulation *e, u32 add)
{
	u32 mask = loaded_segment(e->v, SEG_SS).hi & DESC_DB ? ~0u : 0xFFFF;

	return (e->regs->esp + add) & mask;
}

bool stack_push(struct emulation *e, const u32 *items, u32 n, u32 size)
{
	u8 bytes[8 * 4];

	for (u32 k = 0; k < n; k++)
		memcpy(bytes + (n - 1 - k) * size, &items[k], size);
	if (!mem_write(e, SEG_SS, stack_offset(e, -n * size), bytes, n * size))
		return false;
	e->regs->esp = stack_pointer(e, -n * size);
	return true;
}

bool stack_peek(struct emulation *e, u32 skip, u32 *items, u32 n, u32 size)
{
	u8 bytes[MAX_PARAMETERS * 4];

	if (n && !mem_read(e, SEG_SS, stack_offset(e, skip), bytes, n * size))
		return false;
	for (u32 k = 0; k < n; k++) {
		items[k] = 0;
		memcpy(&items[k], bytes + k * size, size);
	}
	return true;
}

void stack_drop(struct emulation *e, u32 bytes)
{
	e->regs->esp = stack_pointer(e, bytes);
}

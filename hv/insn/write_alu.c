/*[H43] write_alu.c: instructions that read their memory operand, compute, and write it back. */
#include "insn/alu.h"
#include "insn/emulate.h"

/* The memory operand: where it is, and what it was. */
struct target {
	u32 la, size, old;
};

/* Read the operand, with the rights that writing it will need, so that a fault is the write's. */
static bool target_read(struct emulation *e, struct target *t, s32 displacement)
{
	u32 offset = insn_effective_address(e->v, &e->insn) + displacement;

	if (e->insn.addr_size == 2)
		offset &= 0xFFFF;
	t->size = operand_size(&e->insn);
	t->old = 0;
	return linear_address(e, insn_operand_segment(&e->insn), offset, t->size, true, &t->la) &&
	       linear_read(e, t->la, &t->old, t->size, e->access | PF_W);
}

/* Write it back; flags change only if that succeeds. */
static enum emul target_write(struct emulation *e, const struct target *t, u32 val, u32 flags)
{
	e->value = val;
	if (!linear_write(e, t->la, &val, t->size, e->access))
		return EMUL_EXCEPTION;
	e->regs->eflags = flags;
	return EMUL_DONE;
}

static enum emul binary(struct emulation *e, enum alu_op op, u32 operand)
{
	u32 flags = e->regs->eflags;
	struct target t;

	if (op == ALU_CMP)
		return EMUL_UNKNOWN;
	if (!target_read(e, &t, 0))
		return EMUL_EXCEPTION;
	operand = alu(op, t.old, operand, t.size, &flags);
	return target_write(e, &t, operand, flags);
}

enum emul write_alu(struct emulation *e)
{
	return binary(e, e->insn.opcode >> 3,
		      reg_get(e->regs, e->insn.reg, operand_size(&e->insn)));
}

enum emul write_alu_imm(struct emulation *e)
{
	return binary(e, e->insn.reg, insn_imm(&e->insn));
}

enum emul write_shift(struct emulation *e)
{
	u32 count, flags = e->regs->eflags;
	struct target t;

	if (e->insn.imm_size)
		count = e->insn.imm;
	else
		count = e->insn.opcode & 2 ? reg_get(e->regs, REG_CX, 1) : 1;
	if (!target_read(e, &t, 0))
		return EMUL_EXCEPTION;
	count = alu_shift(e->insn.reg, t.old, count, t.size, &flags);
	return target_write(e, &t, count, flags);
}

static enum emul unary(struct emulation *e, enum unary_op op)
{
	u32 val, flags = e->regs->eflags;
	struct target t;

	if (!target_read(e, &t, 0))
		return EMUL_EXCEPTION;
	val = alu_unary(op, t.old, t.size, &flags);
	return target_write(e, &t, val, flags);
}

/* F6, F7: of these only not and neg write. */
enum emul write_group3(struct emulation *e)
{
	if (e->insn.reg == 2)
		return unary(e, UNARY_NOT);
	return e->insn.reg == 3 ? unary(e, UNARY_NEG) : EMUL_UNKNOWN;
}

/* FE, FF. */
enum emul write_group5(struct emulation *e)
{
	bool memory = e->insn.mod != 3;

	switch (e->insn.reg) {
	case 0:
		return memory ? unary(e, UNARY_INC) : EMUL_UNKNOWN;
	case 1:
		return memory ? unary(e, UNARY_DEC) : EMUL_UNKNOWN;
	case 2:
		return write_call_rm(e);
	case 3:
		return memory ? emulate_call_far(e) : EMUL_UNKNOWN;
	case 6:
		return write_push_rm(e);
	default:
		return EMUL_UNKNOWN;
	}
}

/* shld A4 and A5, shrd AC and AD: the bits that come in are the register's. */
enum emul write_double_shift(struct emulation *e)
{
	u32 count = (e->insn.imm_size ? e->insn.imm : reg_get(e->regs, REG_CX, 1)) & 31;
	u32 flags = e->regs->eflags, reg, val;
	struct target t;

	if (!target_read(e, &t, 0))
		return EMUL_EXCEPTION;
	reg = reg_get(e->regs, e->insn.reg, t.size);
	val = alu_double_shift(e->insn.opcode & 8, t.old, reg, count, t.size, &flags);
	return target_write(e, &t, val, flags);
}

/* The RPL of a selector is raised to that of another. */
enum emul write_arpl(struct emulation *e)
{
	u32 rpl = reg_get(e->regs, e->insn.reg, 2) & 3, flags = e->regs->eflags & ~EFL_ZF;
	struct target t;

	e->insn.op_size = 2;
	if (!target_read(e, &t, 0))
		return EMUL_EXCEPTION;
	if ((t.old & 3) < rpl)
		return target_write(e, &t, (t.old & ~3u) | rpl, flags | EFL_ZF);
	return target_write(e, &t, t.old, flags);
}

enum bit_op { BIT_TEST, BIT_SET, BIT_RESET, BIT_COMPLEMENT };

static enum emul bit(struct emulation *e, enum bit_op op, s32 index)
{
	u32 bits = operand_size(&e->insn) * 8, val, mask = 1u << (index & (bits - 1));
	u32 flags = e->regs->eflags & ~EFL_CF;
	struct target t;

	if (op == BIT_TEST)
		return EMUL_UNKNOWN;
	/* An index in a register reaches memory around the operand, in both directions. */
	if (!target_read(e, &t, (index >> (bits == 32 ? 5 : 4)) * (s32)(bits / 8)))
		return EMUL_EXCEPTION;
	val = op == BIT_SET ? t.old | mask : op == BIT_RESET ? t.old & ~mask : t.old ^ mask;
	return target_write(e, &t, val, flags | (t.old & mask ? EFL_CF : 0));
}

/* bts AB, btr B3, btc BB: the operation is in the same bits as in BA's ModRM.reg. */
enum emul write_bit(struct emulation *e)
{
	u32 size = operand_size(&e->insn), index = reg_get(e->regs, e->insn.reg, size);

	return bit(e, e->insn.opcode >> 3 & 3, size == 2 ? (s16)index : (s32)index);
}

enum emul write_bit_imm(struct emulation *e)
{
	return bit(e, e->insn.reg & 3, e->insn.imm & (operand_size(&e->insn) * 8 - 1));
}

enum emul write_xchg(struct emulation *e)
{
	struct target t;

	if (!target_read(e, &t, 0) || target_write(e, &t, reg_get(e->regs, e->insn.reg, t.size),
						   e->regs->eflags) != EMUL_DONE)
		return EMUL_EXCEPTION;
	reg_set(e->regs, e->insn.reg, t.size, t.old);
	return EMUL_DONE;
}

enum emul write_xadd(struct emulation *e)
{
	u32 sum, flags = e->regs->eflags;
	struct target t;

	if (!target_read(e, &t, 0))
		return EMUL_EXCEPTION;
	sum = alu(ALU_ADD, t.old, reg_get(e->regs, e->insn.reg, t.size), t.size, &flags);
	if (target_write(e, &t, sum, flags) != EMUL_DONE)
		return EMUL_EXCEPTION;
	reg_set(e->regs, e->insn.reg, t.size, t.old);
	return EMUL_DONE;
}

enum emul write_cmpxchg(struct emulation *e)
{
	u32 flags = e->regs->eflags, expected;
	struct target t;
	bool equal;

	if (!target_read(e, &t, 0))
		return EMUL_EXCEPTION;
	expected = reg_get(e->regs, 0, t.size);
	alu(ALU_CMP, expected, t.old, t.size, &flags);
	equal = flags & EFL_ZF;
	/* The processor writes in any case: what was there if they differ. */
	if (target_write(e, &t, equal ? reg_get(e->regs, e->insn.reg, t.size) : t.old, flags) !=
	    EMUL_DONE)
		return EMUL_EXCEPTION;
	if (!equal)
		reg_set(e->regs, 0, t.size, t.old);
	return EMUL_DONE;
}

enum emul write_cmpxchg8b(struct emulation *e)
{
	struct cpu_regs *r = e->regs;
	u32 old[2], new[2] = {r->ebx, r->ecx}, la;
	bool equal;

	if (!linear_address(e, insn_operand_segment(&e->insn),
			    insn_effective_address(e->v, &e->insn), sizeof(old), true, &la) ||
	    !linear_read(e, la, old, sizeof(old), e->access | PF_W))
		return EMUL_EXCEPTION;
	equal = old[0] == r->eax && old[1] == r->edx;
	e->value = equal ? new[0] : old[0];
	if (!linear_write(e, la, equal ? new : old, sizeof(old), e->access))
		return EMUL_EXCEPTION;
	r->eax = old[0];
	r->edx = old[1];
	r->eflags = (r->eflags & ~EFL_ZF) | (equal ? EFL_ZF : 0);
	return EMUL_DONE;
}

/* SDM 1, appendix B: bit 0 of the condition code negates. */
static bool condition(u32 flags, u8 cc)
{
	bool less = !!(flags & EFL_SF) != !!(flags & EFL_OF);
	const bool holds[] = {
	    flags & EFL_OF, flags & EFL_CF, flags & EFL_ZF, flags & (EFL_CF | EFL_ZF),
	    flags & EFL_SF, flags & EFL_PF, less,	    less || flags & EFL_ZF,
	};

	return holds[cc >> 1 & 7] != (cc & 1);
}

enum emul write_setcc(struct emulation *e)
{
	e->value = condition(e->regs->eflags, e->insn.opcode);
	return operand_write(e, &e->value, 1) ? EMUL_DONE : EMUL_EXCEPTION;
}

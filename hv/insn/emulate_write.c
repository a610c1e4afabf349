/*[H42]
 * emulate_write.c: data instructions that write to memory, for pages that the guest may write to
 * but the processor may not: page tables, descriptor tables, patched code.
 */
#include "insn/emulate.h"

static enum emul write_mov(struct emulation *e)
{
	u32 size = operand_size(&e->insn);

	e->value = reg_get(e->regs, e->insn.reg, size);
	return operand_write(e, &e->value, size) ? EMUL_DONE : EMUL_EXCEPTION;
}

/* A2, A3: from al or (e)ax to an address that stands in the code. */
static enum emul write_mov_acc(struct emulation *e)
{
	u32 size = operand_size(&e->insn);

	e->value = reg_get(e->regs, 0, size);
	return operand_write(e, &e->value, size) ? EMUL_DONE : EMUL_EXCEPTION;
}

static enum emul write_mov_imm(struct emulation *e)
{
	e->value = e->insn.imm;
	return operand_write(e, &e->value, operand_size(&e->insn)) ? EMUL_DONE : EMUL_EXCEPTION;
}

/* 0F 00 and 0F 01: those that store a register of the system's. */
static enum emul write_system(struct emulation *e)
{
	switch (e->insn.op) {
	case OP_sldt:
		return emulate_sldt(e);
	case OP_str:
		return emulate_str(e);
	case OP_sgdt:
		return emulate_sgdt(e);
	case OP_sidt:
		return emulate_sidt(e);
	case OP_smsw:
		return emulate_smsw(e);
	default:
		return EMUL_UNKNOWN;
	}
}

#define ALU_FORMS(opcode) [opcode...(opcode) + 1] = write_alu

static emul_handler *const one_byte[256] = {
    ALU_FORMS(0x00), /* add */
    ALU_FORMS(0x08), /* or */
    ALU_FORMS(0x10), /* adc */
    ALU_FORMS(0x18), /* sbb */
    ALU_FORMS(0x20), /* and */
    ALU_FORMS(0x28), /* sub */
    ALU_FORMS(0x30), /* xor */
    [0x06] = emulate_push_seg,
    [0x0E] = emulate_push_seg,
    [0x16] = emulate_push_seg,
    [0x1E] = emulate_push_seg,
    [0x50 ... 0x57] = write_push_reg,
    [0x60] = write_pusha,
    [0x63] = write_arpl,
    [0x68] = write_push_imm,
    [0x6A] = write_push_imm,
    [0x80 ... 0x83] = write_alu_imm,
    [0x86 ... 0x87] = write_xchg,
    [0x88 ... 0x89] = write_mov,
    [0x8C] = emulate_mov_from_seg,
    [0x8F] = write_pop,
    [0x9A] = emulate_call_far,
    [0x9C] = emulate_pushf,
    [0xA2 ... 0xA3] = write_mov_acc,
    [0xA4 ... 0xA5] = write_movs,
    [0xAA ... 0xAB] = write_stos,
    [0xC0 ... 0xC1] = write_shift,
    [0xC6 ... 0xC7] = write_mov_imm,
    [0xC8] = write_enter,
    [0xD0 ... 0xD3] = write_shift,
    [0xE8] = write_call,
    [0xF6 ... 0xF7] = write_group3,
    [0xFE ... 0xFF] = write_group5,
};

static emul_handler *const two_byte[256] = {
    [0x00 ... 0x01] = write_system,
    [0x90 ... 0x9F] = write_setcc,
    [0xA0] = emulate_push_seg,
    [0xA4 ... 0xA5] = write_double_shift, /* shld */
    [0xAC ... 0xAD] = write_double_shift, /* shrd */
    [0xA8] = emulate_push_seg,
    [0xAB] = write_bit, /* bts */
    [0xB0 ... 0xB1] = write_cmpxchg,
    [0xB3] = write_bit, /* btr */
    [0xBA] = write_bit_imm,
    [0xBB] = write_bit, /* btc */
    [0xC0 ... 0xC1] = write_xadd,
    [0xC7] = write_cmpxchg8b,
};

enum emul emulate_write(struct vcpu *v)
{
	struct emulation e;
	enum emul result = emul_begin(&e, v);
	emul_handler *handler;

	/* Undefined by the manual, and yet this CPU has begun to write: on the guest's processor it
	 * is #UD, which comes before any page fault. */
	if (result == EMUL_UNKNOWN && e.undefined)
		return emul_raise(&e, VEC_UD, 0);
	if (result != EMUL_DONE)
		return result;
	handler = (e.insn.two_byte ? two_byte : one_byte)[e.insn.opcode];
	/* With a register for ModRM.rm nothing writes to memory, but call and push. */
	if (!handler || (e.insn.has_modrm && e.insn.mod == 3 && handler != write_group5))
		return EMUL_UNKNOWN;
	return emul_execute(&e, handler, OP_write);
}

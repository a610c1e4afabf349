/*[H46]
 * write_stack.c: instructions that write to the stack, where that shares a page with something
 * that is write-protected; and pop to memory.
 */
#include "insn/emulate.h"

static enum emul push(struct emulation *e, u32 val)
{
	e->value = val;
	return stack_push(e, &val, 1, e->insn.op_size) ? EMUL_DONE : EMUL_EXCEPTION;
}

enum emul write_push_reg(struct emulation *e)
{
	return push(e, reg_get(e->regs, e->insn.opcode & 7, 4));
}

enum emul write_push_imm(struct emulation *e)
{
	return push(e, insn_imm(&e->insn));
}

enum emul write_push_rm(struct emulation *e)
{
	u32 val;

	return rm_read(e, e->insn.op_size, &val) ? push(e, val) : EMUL_EXCEPTION;
}

enum emul write_pusha(struct emulation *e)
{
	const struct cpu_regs *r = e->regs;
	const u32 all[] = {r->eax, r->ecx, r->edx, r->ebx, r->esp, r->ebp, r->esi, r->edi};

	return stack_push(e, all, 8, e->insn.op_size) ? EMUL_DONE : EMUL_EXCEPTION;
}

/* Push the return address and go to `target`. */
static enum emul call(struct emulation *e, u32 target)
{
	if (push(e, e->next) != EMUL_DONE)
		return EMUL_EXCEPTION;
	e->next = e->insn.op_size == 2 ? target & 0xFFFF : target;
	return EMUL_DONE;
}

enum emul write_call(struct emulation *e)
{
	return call(e, e->next + insn_imm(&e->insn));
}

enum emul write_call_rm(struct emulation *e)
{
	u32 target;

	return rm_read(e, e->insn.op_size, &target) ? call(e, target) : EMUL_EXCEPTION;
}

enum emul write_enter(struct emulation *e)
{
	struct cpu_regs *r = e->regs;

	if (e->insn.imm2) /* nested procedures */
		return EMUL_UNKNOWN;
	if (push(e, r->ebp) != EMUL_DONE)
		return EMUL_EXCEPTION;
	reg_set(r, 5, e->insn.op_size, r->esp);
	stack_drop(e, -e->insn.imm);
	return EMUL_DONE;
}

enum emul write_pop(struct emulation *e)
{
	u32 esp = e->regs->esp;

	if (!stack_peek(e, 0, &e->value, 1, e->insn.op_size))
		return EMUL_EXCEPTION;
	/* An address relative to ESP counts from what ESP is after the pop. */
	stack_drop(e, e->insn.op_size);
	if (!operand_write(e, &e->value, e->insn.op_size)) {
		e->regs->esp = esp;
		return EMUL_EXCEPTION;
	}
	return EMUL_DONE;
}

/*[H38]
 * emulate_seg.c: moving segment registers. Reading shows the guest's selector, loading makes the
 * checks of ring 0 and puts the real selector into the CPU's register.
 */
#include "insn/emulate.h"

/* After a load of ss, interrupts and single steps wait for one instruction, which may load esp. */
static void hold_off(struct emulation *e, enum seg seg)
{
	if (seg != SEG_SS)
		return;
	e->v->virt.intr_shadow = 1;
	e->single_step = false;
}

enum emul emulate_mov_from_seg(struct emulation *e)
{
	e->value = read_segment(e->v, insn_segment(&e->insn));
	/* To memory always 16 bits; a 32-bit register gets zeroes above. */
	return rm_write(e, e->insn.mod == 3 ? e->insn.op_size : 2, e->value) ? EMUL_DONE
									     : EMUL_EXCEPTION;
}

enum emul emulate_mov_to_seg(struct emulation *e)
{
	enum seg seg = insn_segment(&e->insn);

	if (!rm_read(e, 2, &e->value) || !load_data_segment(e->v, seg, e->value))
		return EMUL_EXCEPTION;
	hold_off(e, seg);
	return EMUL_DONE;
}

enum emul emulate_push_seg(struct emulation *e)
{
	e->value = read_segment(e->v, insn_segment(&e->insn));
	return stack_push(e, &e->value, 1, e->insn.op_size) ? EMUL_DONE : EMUL_EXCEPTION;
}

enum emul emulate_pop_seg(struct emulation *e)
{
	enum seg seg = insn_segment(&e->insn);
	u32 esp = e->regs->esp;

	if (!stack_peek(e, 0, &e->value, 1, e->insn.op_size))
		return EMUL_EXCEPTION;
	/* ESP moves by the stack that was popped from, even if that is now another. */
	stack_drop(e, e->insn.op_size);
	if (!load_data_segment(e->v, seg, e->value)) {
		e->regs->esp = esp;
		return EMUL_EXCEPTION;
	}
	hold_off(e, seg);
	return EMUL_DONE;
}

/* lds, les, lss, lfs, lgs: an offset of the operand size, then a selector. */
enum emul emulate_load_far_ptr(struct emulation *e)
{
	u32 size = e->insn.op_size, offset = 0;
	u8 pointer[6];
	u16 selector;

	if (!operand_read(e, pointer, size + 2))
		return EMUL_EXCEPTION;
	memcpy(&offset, pointer, size);
	memcpy(&selector, pointer + size, 2);
	e->value = selector;
	if (!load_data_segment(e->v, insn_segment(&e->insn), selector))
		return EMUL_EXCEPTION;
	reg_set(e->regs, e->insn.reg, size, offset);
	return EMUL_DONE;
}

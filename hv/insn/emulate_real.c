/* emulate_real.c: far transfers in real mode, where a processor is that another has started. */
#include "dom/real.h"
#include "insn/emulate.h"

enum emul far_real(struct emulation *e, u16 selector, u32 offset, const u32 *pushed)
{
	if (offset > 0xFFFF)
		return emul_raise(e, VEC_GP, 0);
	if (pushed && !stack_push(e, pushed, 2, e->insn.op_size))
		return EMUL_EXCEPTION;
	real_mode_load(e->v, SEG_CS, selector);
	e->value = e->next = offset;
	return EMUL_DONE;
}

/*[H36]
 * emulate_flags.c: EFLAGS with a virtual IF and IOPL, and waiting for an interrupt. While a guest
 * runs, the real IF is 1 and the real IOPL 0.
 */
#include "dom/run.h"
#include "find/find.h"
#include "insn/emulate.h"
#include "trace/trace.h"

u32 changeable_eflags(u32 size)
{
	u32 flags = EFL_CF | EFL_PF | EFL_AF | EFL_ZF | EFL_SF | EFL_TF | EFL_IF | EFL_DF | EFL_OF |
		    EFL_IOPL | EFL_NT;

	return size == 2 ? flags : flags | EFL_AC | EFL_ID;
}

u32 user_changeable_eflags(const struct vcpu *v, u32 size)
{
	return changeable_eflags(size) & ~(EFL_IOPL | (v->virt.iopl == 3 ? 0 : EFL_IF));
}

void set_guest_eflags(struct vcpu *v, u32 val, u32 mask)
{
	/* LAB 01.4a BEGIN */
	u32 real = mask & ~(EFL_IF | EFL_IOPL);

	v->regs->eflags = (v->regs->eflags & ~real) | (val & real);
	if (mask & EFL_IF)
		v->virt.intr_flag = !!(val & EFL_IF);
	if (mask & EFL_IOPL)
		v->virt.iopl = (val & EFL_IOPL) >> EFL_IOPL_SHIFT;
	/* LAB 01.4a END */
}

enum emul emulate_pushf(struct emulation *e)
{
	/* LAB 01.4b BEGIN */
	/* SDM 2, PUSHF: VM and RF are pushed as 0. */
	e->value = guest_eflags(e->v) & ~(EFL_VM | EFL_RF);
	return stack_push(e, &e->value, 1, e->insn.op_size) ? EMUL_DONE : EMUL_EXCEPTION;
	/* LAB 01.4b END */
}

enum emul emulate_popf(struct emulation *e)
{
	/* LAB 01.4c BEGIN */
	u32 size = e->insn.op_size;

	if (!stack_peek(e, 0, &e->value, 1, size))
		return EMUL_EXCEPTION;
	stack_drop(e, size);
	set_guest_eflags(e->v, e->value, changeable_eflags(size));
	return EMUL_DONE;
	/* LAB 01.4c END */
}

enum emul emulate_user_popf(struct emulation *e)
{
	u32 size = e->insn.op_size;

	if (!stack_peek(e, 0, &e->value, 1, size))
		return EMUL_EXCEPTION;
	stack_drop(e, size);
	set_guest_eflags(e->v, e->value, user_changeable_eflags(e->v, size));
	return EMUL_DONE;
}

enum emul emulate_cli(struct emulation *e)
{
	/* LAB 01.4d BEGIN */
	e->v->virt.intr_flag = 0;
	return EMUL_DONE;
	/* LAB 01.4d END */
}

enum emul emulate_sti(struct emulation *e)
{
	/* LAB 01.4e BEGIN */
	/* Only an sti that changes IF holds interrupts off for one more instruction. */
	if (!e->v->virt.intr_flag)
		e->v->virt.intr_shadow = 1;
	e->v->virt.intr_flag = 1;
	e->value = 1;
	return EMUL_DONE;
	/* LAB 01.4e END */
}

enum emul emulate_hlt(struct emulation *e)
{
	e->value = e->v->virt.intr_flag;
	if (is_copied_trap(e->v))
		domain_kill(e->v->domain, END_forbidden, e->regs->eip,
			    "ran a copy of code with patches: SENSITIVE=breakpoint makes none");
	else if (e->v->virt.intr_flag || others_run(e->v)) /* and may send it INIT */
		e->v->blocked = true;
	else
		domain_kill(e->v->domain, END_crash, 0, "halted with interrupts disabled");
	return EMUL_DONE;
}

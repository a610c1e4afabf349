/*[H40]
 * emulate_gate.c: far jumps and calls through a call gate (SDM 3A 5.8.3 to 5.8.5). The real table
 * has no gates, so that those of applications come here, too.
 */
#include "insn/emulate.h"
#include "trace/trace.h"

#define GATE_PARAMETERS 31u /* in its high word: how many words are copied from stack to stack */

enum emul far_forbidden(struct emulation *e, u16 selector, const char *text)
{
	domain_kill(e->v->domain, END_forbidden, selector, text);
	return EMUL_DONE;
}

/* What the gate leads to, for code that runs at `cpl`. */
static bool check_gate_target(struct emulation *e, u16 selector, u32 cpl, bool call, struct desc *d)
{
	u32 vec = 0;

	if (!fetch_descriptor(e->v, selector, VEC_GP, d))
		return false;
	/* Only a call leads to a higher privilege. */
	if (!desc_is_code(*d) || desc_dpl(*d) > cpl ||
	    (!call && !desc_is_conforming(*d) && desc_dpl(*d) != cpl))
		vec = VEC_GP;
	else if (!(d->hi & DESC_P))
		vec = VEC_NP;
	if (vec)
		inject_exception(e->v, vec, selector_error(selector));
	return !vec && use_descriptor(e->v, selector, *d);
}

/* From ring 3 into the kernel: its stack gets the caller's ss, esp, parameters, cs and eip. */
static bool push_on_kernel_stack(struct emulation *e, u32 parameters, u32 size)
{
	u32 frame[4 + MAX_PARAMETERS] = {e->next, e->regs->cs}, n = 2 + parameters, esp, mask, at;
	struct desc stack;
	u16 ss;

	if (!kernel_stack(e->v, 0, &ss, &esp, &stack) ||
	    !stack_peek(e, 0, frame + 2, parameters, size))
		return false;
	frame[n++] = e->regs->esp;
	frame[n++] = e->regs->ss;
	for (u32 k = 0; size == 2 && k < n; k++)
		((u16 *)frame)[k] = frame[k];
	mask = stack.hi & DESC_DB ? ~0u : 0xFFFF;
	at = (esp - n * size) & mask;
	if (!linear_write(e, desc_base(stack) + at, frame, n * size, 0))
		return false;
	e->regs->esp = (esp & ~mask) | at;
	e->regs->ss = real_selector(ss);
	return true;
}

static enum emul through_call_gate(struct emulation *e, struct desc gate, u32 cpl, bool call)
{
	bool wide = DESC_TYPE(gate.hi) & GATE_WIDE;
	u32 frame[2] = {read_segment(e->v, SEG_CS), e->next}, size = wide ? 4 : 2;
	u32 offset = (gate.lo & 0xFFFF) | (wide ? gate.hi & 0xFFFF0000 : 0);
	u16 selector = gate.lo >> 16 & ~SEL_RPL;
	struct desc code;

	if (!check_gate_target(e, gate.lo >> 16, cpl, call, &code))
		return EMUL_EXCEPTION;
	if (offset > desc_limit(code))
		return emul_raise(e, VEC_GP, 0);
	if (desc_is_conforming(code) || desc_dpl(code) == cpl) {
		if (call && !stack_push(e, frame, 2, size))
			return EMUL_EXCEPTION;
		return far_go(e, selector | cpl, offset);
	}
	if (desc_dpl(code))
		return far_forbidden(e, selector, "called a ring 1 or 2 of its own");
	if (!push_on_kernel_stack(e, gate.hi & GATE_PARAMETERS, size))
		return EMUL_EXCEPTION;
	return far_go(e, selector, offset);
}

enum emul far_through_gate(struct emulation *e, u16 selector, bool call)
{
	u32 cpl = e->access ? 3 : 0, type;
	struct desc d;

	/* Anything else is for the checks of code segments, which will find the same again. */
	if (!guest_descriptor(e->v, selector, &d) || d.hi & DESC_S)
		return EMUL_UNKNOWN;
	type = DESC_TYPE(d.hi);
	if ((type | GATE_WIDE) != DESC_CALL_GATE && (type | GATE_WIDE) != DESC_TSS_AVAIL &&
	    type != DESC_TASK_GATE)
		return EMUL_UNKNOWN;
	if (desc_dpl(d) < cpl || desc_dpl(d) < (selector & SEL_RPL))
		return emul_raise(e, VEC_GP, selector_error(selector));
	if (!(d.hi & DESC_P))
		return emul_raise(e, VEC_NP, selector_error(selector));
	if ((type | GATE_WIDE) != DESC_CALL_GATE)
		return far_forbidden(e, selector, NO_TASKS);
	return through_call_gate(e, d, cpl, call);
}

/*[H39]
 * emulate_far.c: far jumps, calls and returns, iret and software interrupts. What goes through a
 * call gate is in emulate_gate.c.
 *
 * Hardware task switches and virtual-8086 mode are not virtualized: a domain that would enter them
 * is ended.
 */
#include "dom/real.h"
#include "insn/emulate.h"
#include "trace/trace.h"

/* Where a far jmp or call goes: a pointer in the code, or one in memory. */
static bool far_target(struct emulation *e, u32 *offset, u16 *selector)
{
	u32 size = e->insn.op_size;
	u8 pointer[6];

	*offset = e->insn.imm;
	*selector = e->insn.imm2;
	if (!e->insn.has_modrm)
		return true;
	*offset = 0;
	if (!operand_read(e, pointer, size + 2))
		return false;
	memcpy(offset, pointer, size);
	memcpy(selector, pointer + size, 2);
	return true;
}

/* Check code segment and offset of a target. */
static bool check_target(struct emulation *e, u16 selector, u32 offset, enum transfer how)
{
	struct desc d;

	if (!check_code_segment(e->v, selector, how, &d))
		return false;
	if (offset <= desc_limit(d))
		return true;
	inject_exception(e->v, VEC_GP, 0);
	return false;
}

enum emul far_go(struct emulation *e, u16 selector, u32 offset)
{
	e->regs->cs = real_selector(selector);
	e->value = e->next = offset;
	return EMUL_DONE;
}

/* Far jmp and call. */
static enum emul jump_or_call(struct emulation *e, bool call)
{
	u32 frame[2] = {read_segment(e->v, SEG_CS), e->next};
	enum emul result;
	u16 selector;
	u32 offset;

	if (!far_target(e, &offset, &selector))
		return EMUL_EXCEPTION;
	if (in_real_mode(e->v))
		return far_real(e, selector, offset, call ? frame : NULL);
	result = far_through_gate(e, selector, call);
	if (result != EMUL_UNKNOWN)
		return result;
	if (!check_target(e, selector, offset, TRANSFER_JUMP) ||
	    (call && !stack_push(e, frame, 2, e->insn.op_size)))
		return EMUL_EXCEPTION;
	return far_go(e, (selector & ~SEL_RPL) | cpl_of(e), offset);
}

enum emul emulate_jmp_far(struct emulation *e)
{
	return jump_or_call(e, false);
}

enum emul emulate_call_far(struct emulation *e)
{
	return jump_or_call(e, true);
}

/*
 * The way out to ring 3, common to ret and iret: the caller's stack lies `above` bytes above ESP.
 * (ds, es, fs and gs that ring 3 may not use are emptied by the real iret, on the way from the
 * hypervisor to the guest.)
 */
static bool leave_kernel(struct emulation *e, u16 cs, u32 above, u32 release)
{
	u32 stack[2], size = e->insn.op_size; /* esp, ss */
	struct desc d;

	if (!stack_peek(e, above, stack, 2, size) ||
	    !check_stack_segment(e->v, stack[1], cs & SEL_RPL, &d))
		return false;
	e->regs->ss = stack[1] & 0xFFFF;
	if (e->v->domain->catch_reads)
		memset(e->v->virt.null_rpl, 0, sizeof(e->v->virt.null_rpl));
	reg_set(e->regs, 4, d.hi & DESC_DB ? 4 : 2, stack[0] + release);
	return true;
}

/* A guest's rings 1 and 2 have no place between its kernel, in our ring 1, and ring 3. */
static bool ring_exists(struct emulation *e, u16 cs)
{
	u32 ring = cs & SEL_RPL;

	if (ring == 0 || ring == 3)
		return true;
	far_forbidden(e, cs, "returned to a ring 1 or 2 of its own");
	return false;
}

enum emul emulate_ret_far(struct emulation *e)
{
	u32 size = e->insn.op_size, release = e->insn.imm, frame[2]; /* eip, cs */
	u16 cs;

	if (!stack_peek(e, 0, frame, 2, size))
		return EMUL_EXCEPTION;
	cs = frame[1];
	if (in_real_mode(e->v)) {
		stack_drop(e, 2 * size + release);
		return far_real(e, cs, frame[0], NULL);
	}
	if (!check_target(e, cs, frame[0], TRANSFER_RETURN))
		return EMUL_EXCEPTION;
	if (!ring_exists(e, cs))
		return EMUL_DONE;
	if ((cs & SEL_RPL) == cpl_of(e))
		stack_drop(e, 2 * size + release);
	else if (!leave_kernel(e, cs, 2 * size + release, release))
		return EMUL_EXCEPTION;
	return far_go(e, cs, frame[0]);
}

/* With NT set, iret is a return from a task (SDM 3A 7.3), to the one that the TSS links to. */
static enum emul return_from_task(struct emulation *e)
{
	struct guest_fault pf;
	struct desc d;
	u16 link;

	if (!guest_read(e->v, e->v->virt.tr.base, &link, sizeof(link), 0, &pf))
		return emul_fault(e, &pf);
	if (link & SEL_TI || !guest_descriptor(e->v, link, &d) || d.hi & DESC_S ||
	    (DESC_TYPE(d.hi) | 8) != DESC_TSS_BUSY)
		return emul_raise(e, VEC_TS, selector_error(link));
	if (!(d.hi & DESC_P))
		return emul_raise(e, VEC_NP, selector_error(link));
	return far_forbidden(e, link, NO_TASKS);
}

enum emul emulate_iret(struct emulation *e)
{
	u32 size = e->insn.op_size, frame[3]; /* eip, cs, eflags */
	u16 cs;

	/* LAB 02.4 BEGIN */
	if (e->regs->eflags & EFL_NT)
		return return_from_task(e);
	if (!stack_peek(e, 0, frame, 3, size))
		return EMUL_EXCEPTION;
	cs = frame[1];
	if (size == 4 && frame[2] & EFL_VM)
		return far_forbidden(e, cs, "entered virtual-8086 mode, which is not virtualized");
	if (!check_target(e, cs, frame[0], TRANSFER_RETURN))
		return EMUL_EXCEPTION;
	if (!ring_exists(e, cs))
		return EMUL_DONE;
	if (!(cs & SEL_RPL))
		stack_drop(e, 3 * size);
	else if (!leave_kernel(e, cs, 3 * size, 0))
		return EMUL_EXCEPTION;
	set_guest_eflags(e->v, frame[2], changeable_eflags(size) | (size == 4 ? EFL_RF : 0));
	return far_go(e, cs, frame[0]);
	/* LAB 02.4 END */
}

/* Within ring 3: it never leads to a lower one. */
enum emul emulate_user_iret(struct emulation *e)
{
	u32 size = e->insn.op_size, frame[3], flags = user_changeable_eflags(e->v, size);

	if (e->regs->eflags & EFL_NT)
		return return_from_task(e);
	if (!stack_peek(e, 0, frame, 3, size) ||
	    !check_target(e, frame[1], frame[0], TRANSFER_RETURN))
		return EMUL_EXCEPTION;
	stack_drop(e, 3 * size);
	set_guest_eflags(e->v, frame[2], flags | (size == 4 ? EFL_RF : 0));
	return far_go(e, frame[1], frame[0]);
}

/* int3, int n, into. */
enum emul emulate_int_n(struct emulation *e)
{
	u8 vec = e->insn.opcode == 0xCC ? VEC_BP : e->insn.opcode == 0xCE ? VEC_OF : e->insn.imm;

	e->value = vec;
	if (e->insn.opcode == 0xCE && !(e->regs->eflags & EFL_OF))
		return EMUL_DONE;
	e->single_step = false;
	/* EIP moves behind the instruction if the guest's gate lets it pass. */
	inject_software(e->v, vec, e->insn.len);
	e->next = e->regs->eip;
	return EMUL_DONE;
}

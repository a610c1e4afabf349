/*[H31] emulate.c: one system instruction from fetch to its end, whichever it is. */
#include "find/find.h"
#include "insn/emulate.h"
#include "mem/frame.h"
#include "trace/trace.h"

static emul_handler *const handlers[] = {
    [OP_mov_from_cr0] = emulate_mov_from_cr,
    [OP_mov_from_cr2] = emulate_mov_from_cr,
    [OP_mov_from_cr3] = emulate_mov_from_cr,
    [OP_mov_from_cr4] = emulate_mov_from_cr,
    [OP_mov_to_cr0] = emulate_mov_to_cr,
    [OP_mov_to_cr2] = emulate_mov_to_cr,
    [OP_mov_to_cr3] = emulate_mov_to_cr,
    [OP_mov_to_cr4] = emulate_mov_to_cr,
    [OP_lgdt] = emulate_lgdt,
    [OP_lidt] = emulate_lidt,
    [OP_lldt] = emulate_lldt,
    [OP_ltr] = emulate_ltr,
    [OP_invlpg] = emulate_invlpg,
    [OP_clts] = emulate_clts,
    [OP_lmsw] = emulate_lmsw,
    [OP_hlt] = emulate_hlt,
    [OP_cli] = emulate_cli,
    [OP_sti] = emulate_sti,
    [OP_in] = emulate_in,
    [OP_out] = emulate_out,
    [OP_rdmsr] = emulate_rdmsr,
    [OP_wrmsr] = emulate_wrmsr,
    [OP_wbinvd] = emulate_wbinvd,
    [OP_mov_from_dr] = emulate_mov_from_dr,
    [OP_mov_to_dr] = emulate_mov_to_dr,
    [OP_pushf] = emulate_pushf,
    [OP_popf] = emulate_popf,
    [OP_sgdt] = emulate_sgdt,
    [OP_sidt] = emulate_sidt,
    [OP_sldt] = emulate_sldt,
    [OP_smsw] = emulate_smsw,
    [OP_str] = emulate_str,
    [OP_lar] = emulate_lar,
    [OP_lsl] = emulate_lsl,
    [OP_verr] = emulate_verr,
    [OP_verw] = emulate_verr,
    [OP_mov_from_seg] = emulate_mov_from_seg,
    [OP_mov_to_seg] = emulate_mov_to_seg,
    [OP_push_seg] = emulate_push_seg,
    [OP_pop_seg] = emulate_pop_seg,
    [OP_call_far] = emulate_call_far,
    [OP_jmp_far] = emulate_jmp_far,
    [OP_ret_far] = emulate_ret_far,
    [OP_int_n] = emulate_int_n,
    [OP_iret] = emulate_iret,
    [OP_load_far_ptr] = emulate_load_far_ptr,
    [OP_rdpmc] = emulate_rdpmc,
    [OP_rdtsc] = emulate_rdtsc,
};

enum emul emul_begin(struct emulation *e, struct vcpu *v)
{
	struct cpu_regs *r = v->regs;
	u8 bytes[INSN_MAX_LEN];
	struct guest_fault pf;
	u32 la, n;
	u8 size;
	int err;

	/* The rest is set below, and by the decoder. */
	e->v = v;
	e->regs = r;
	e->access = from_kernel(r) ? 0 : PF_US;
	e->value = e->struck = 0;
	e->undefined = false;
	/* This is the one instruction for which sti holds interrupts off. If it was to be
	 * single-stepped for that reason, TF is ours and the guest must not see it. */
	if (v->virt.stepping)
		r->eflags &= ~EFL_TF;
	v->virt.stepping = 0;
	v->virt.intr_shadow = 0;
	e->single_step = r->eflags & EFL_TF;

	la = code_address(v, &size);
	n = guest_fetch(v, la, bytes, sizeof(bytes));
	emul_overlay(v, la, bytes, n);
	err = insn_decode_sized(bytes, n, size, &e->insn);
	if (err == -1) { /* it goes on in a page that is not there */
		if (!guest_read(v, la + n, bytes, 1, e->access, &pf))
			return emul_fault(e, &pf);
		return EMUL_UNKNOWN;
	}
	/* The CPU has fetched no more than the patch: mark the second page accessed, too. */
	if (!err && (la ^ (la + e->insn.len - 1)) & PAGE_MASK)
		guest_read(v, la + e->insn.len - 1, bytes, 1, e->access, &pf);
	e->next = r->eip + e->insn.len;
	e->undefined = err;
	return err ? EMUL_UNKNOWN : EMUL_DONE;
}

enum emul emul_execute(struct emulation *e, emul_handler *handler, u8 op)
{
	struct cpu_regs *r = e->regs;
	u32 resume = r->eflags & EFL_RF, eip = r->eip;
	enum emul result;

	r->eflags &= ~EFL_RF; /* any instruction does that, and iret may set it again */
	result = handler(e);
	if (result != EMUL_DONE) {
		r->eflags |= resume;
		return result;
	}
	if (trace_classes & TRACE_CLASS_insn)
		trace_emulate(e->v, LANE_VMM, LANE_VMM, op, eip, e->value, insn_kind(&e->insn));
	r->eip = e->next;
	if (e->single_step || e->struck) {
		e->v->blocked = false;
		e->v->virt.dr[6] |= e->struck | (e->single_step ? DR6_BS : 0);
		inject_exception(e->v, VEC_DB, 0);
	}
	return EMUL_DONE;
}

/* Is the instruction patched? Then it is one that would not have trapped by itself. */
static bool is_patched(const struct vcpu *v)
{
	struct guest_fault pf;
	u8 size;
	u32 la = code_address(v, &size);
	mfn_t m = v->domain->mmu->translate((struct vcpu *)v, la, PF_US | PF_LOOK, &pf);

	return mfn_valid(m) &&
	       patch_lookup(v->domain, paddr(frame_of(m)->pfn * PAGE_SIZE + la % PAGE_SIZE));
}

/* May an application execute it? It may by the guest's IOPL (the real one is 0), by the map of
 * ports in the guest's TSS (the real one is empty), or by a call gate (the real tables have none).
 */
static bool application_may(const struct emulation *e)
{
	if (is_patched(e->v))
		return true;
	switch (e->insn.op) {
	case OP_cli:
	case OP_sti:
		return e->v->virt.iopl == 3;
	case OP_in:
	case OP_out:
		return e->v->virt.iopl == 3 || port_allowed(e);
	case OP_call_far:
	case OP_jmp_far:
		return true; /* the CPU has refused: a gate, or it was right */
	default:
		return false;
	}
}

enum emul emulate_system(struct vcpu *v)
{
	struct emulation e;
	enum emul result = emul_begin(&e, v);
	emul_handler *handler;

	/* In ring 1 the CPU raises #GP before it decodes the rest; in ring 0 this would be #UD. */
	if (result == EMUL_UNKNOWN && e.undefined && from_kernel(v->regs))
		return emul_raise(&e, VEC_UD, 0);
	if (result != EMUL_DONE)
		return result;
	handler = e.insn.op < ARRAY_SIZE(handlers) ? handlers[e.insn.op] : NULL;
	if (!handler || (!from_kernel(v->regs) && !application_may(&e)))
		return EMUL_UNKNOWN;
	if (e.access && handler == emulate_popf)
		handler = emulate_user_popf;
	else if (e.access && handler == emulate_iret)
		handler = emulate_user_iret;
	return emul_execute(&e, handler, e.insn.op);
}

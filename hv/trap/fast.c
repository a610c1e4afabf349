/*[H16]
 * fast.c: the entries that a direct-mode guest makes most: hypercalls, page faults, int n.
 *
 * They do what trap_entry() and resume() do, where there is nothing else to do. What these cost is
 * what the paper measured, so the way is kept short. Each exists twice, with and without a trace,
 * compiled from the same source.
 */
#include "cpu/gate.h"
#include "dom/bounce.h"
#include "hcall/hcall.h"
#include "mmu/mmu.h"
#include "trap/fast.h"
#include "trap/record.h"
#include "trap/trap.h"

/* Only an event may be in the way. */
static ALWAYS_INLINE void __attribute__((noreturn)) leave(struct vcpu *v)
{
	if (v->info->evtchn_upcall_pending) {
		direct_deliver_events(v);
		if (v->domain->dying)
			resume();
	}
	gate_exit_direct(v);
}

static ALWAYS_INLINE void record_hypercall(struct vcpu *v, u32 nr)
{
	const struct cpu_regs *r = v->regs;
	const struct hcall_args *a = HCALL_ARGS(r);
	struct trace_fields_hypercall *t;

	t = trace_hypercall_at(v, LANE_GUEST, LANE_VMM);
	if (t) {
		t->nr = nr;
		t->eip = r->eip;
		t->cs = r->cs;
		t->a1 = a->a1;
		t->a2 = a->a2;
		t->a3 = a->a3;
	}
}

/* With an event waiting, the caller sees its result only after the callback. */
static ALWAYS_INLINE void record_result(struct vcpu *v, u32 nr, s32 ret)
{
	bool callback = v->info->evtchn_upcall_pending && !v->info->evtchn_upcall_mask;

	trace_hcall_ret(v, LANE_VMM, callback ? LANE_VMM : LANE_GUEST, nr, ret);
	v->lane = LANE_GUEST;
}

static ALWAYS_INLINE void __attribute__((noreturn)) hypercall(bool traced)
{
	struct vcpu *v = current;
	struct cpu_regs *r = v->regs;
	u32 nr = r->eax;
	s32 ret;

	guest_entered(v, LANE_GUEST, traced, direct_back_to_kernel);
	if (traced)
		record_hypercall(v, nr);
	ret = hypercall_nr(v, nr, HCALL_ARGS(r));
	hypercall_result(r, ret);
	if (v->stopped || v->domain->dying ||
	    (traced && (ret == HCALL_AGAIN || ret == HCALL_REGS_SET))) {
		r->vec = 0; /* no return to the caller: resume() records where it goes */
		if (v->stopped)
			schedule();
		resume();
	}
	if (traced)
		record_result(v, nr, ret);
	leave(v);
}

static ALWAYS_INLINE void record_trap(struct vcpu *v, u8 lane, u8 vec, u32 va)
{
	struct cpu_regs *r = v->regs;
	struct trace_fields_trap *t;

	t = trace_trap_at(v, lane, LANE_VMM);
	if (t) {
		t->vec = vec;
		t->err = r->err;
		t->eip = r->eip;
		t->cs = r->cs;
		t->va = va;
	}
}

static ALWAYS_INLINE void trap_entered(struct vcpu *v, u8 vec, u32 va, bool traced)
{
	/* Twice, so that each lane is a constant in what is inlined. */
	if (from_kernel(v->regs)) {
		guest_entered(v, LANE_GUEST, traced, direct_back_to_kernel);
		if (traced)
			record_trap(v, LANE_GUEST, vec, va);
	} else {
		guest_entered(v, LANE_APP, traced, direct_back_to_kernel);
		if (traced)
			record_trap(v, LANE_APP, vec, va);
	}
	if (traced)
		record_insn_direct(v);
}

static ALWAYS_INLINE void __attribute__((noreturn)) fault(bool traced)
{
	struct vcpu *v = current;
	u32 va = read_cr2();
	struct guest_fault pf;

	/* Another vector there: from virtual-8086 mode (see end_virtual_8086). */
	if (v->regs->vec != VEC_PF)
		trap_entry();
	trap_entered(v, VEC_PF, va, traced);
	/* With an assist the fault may not be the guest's. */
	if (v->domain->vm_assist && v->domain->mmu->page_fault(v, va, v->regs->err, &pf)) {
		if (v->exc.valid || v->domain->dying || traced)
			resume();
		leave(v);
	}
	if (!direct_deliver_fault(v, va, v->regs->err))
		resume();
	if (traced)
		v->lane = LANE_GUEST;
	leave(v);
}

/* Is it an int n in its usual form, so that EIP moves on by two bytes? */
static ALWAYS_INLINE bool plain_int(struct vcpu *v, const struct cpu_regs *r)
{
	const u8 *code;

	if (r->vec != VEC_GP || (r->err & (ERR_IDT | ERR_EXT)) != ERR_IDT) /* see fault() */
		return false;
	code = soft_itlb_lookup(v, r->eip, 1);
	if (code)
		return *code == INT_N;
	soft_itlb_fill(v, r->eip, 1); /* a miss: this time by trap_entry() */
	return false;
}

/* From a flat code segment, and allowed? */
static ALWAYS_INLINE bool int_allowed(const struct trap_info *t, u16 cs)
{
	if (cs == FLAT_RING3_CS)
		return software_int_allowed(t, 3);
	return cs == FLAT_RING1_CS && software_int_allowed(t, 1);
}

/* A privileged instruction of the kernel that is carried out, in a form that needs no decoding? */
static ALWAYS_INLINE void privileged(struct vcpu *v, bool traced)
{
	struct cpu_regs *r = v->regs;
	const u8 *code;
	u32 eip = r->eip, value;
	enum op op;

	if (r->vec != VEC_GP || r->err || r->cs != FLAT_RING1_CS || r->eflags & EFL_TF)
		return;
	code = soft_itlb_lookup(v, eip, PRIVILEGED_LEN);
	if (!code) {
		soft_itlb_fill(v, eip, PRIVILEGED_LEN); /* this time it goes the long way */
		return;
	}
	op = privileged_short(code);
	if (op == OP_other)
		return;
	trap_entered(v, VEC_GP, 0, traced);
	value = emulate_privileged_short(v, op, code);
	if (traced) {
		trace_emulate(v, LANE_VMM, LANE_VMM, op, eip, value, INSN_PRIVILEGED);
		trace_resume(v, LANE_VMM, LANE_GUEST, r->eip, r->cs);
		v->lane = LANE_GUEST;
	}
	leave(v);
}

static ALWAYS_INLINE void __attribute__((noreturn)) protection(bool traced)
{
	struct vcpu *v = current;
	struct cpu_regs *r = v->regs;
	const struct trap_info *t = &v->traps[r->err >> 3 & 0xFF];

	if (!plain_int(v, r) || !int_allowed(t, r->cs)) {
		privileged(v, traced);
		trap_entry();
	}
	trap_entered(v, VEC_GP, 0, traced);
	r->eip += INT_LEN;
	if (!direct_deliver_int(v, t))
		resume();
	/* `current` once more, so that no register need be kept until here. */
	if (traced)
		current->lane = LANE_GUEST;
	leave(current);
}

void hypercall_traced(void)
{
	hypercall(true);
}

void hypercall_untraced(void)
{
	hypercall(false);
}

void fault_traced(void)
{
	fault(true);
}

void fault_untraced(void)
{
	fault(false);
}

void protection_traced(void)
{
	protection(true);
}

void protection_untraced(void)
{
	protection(false);
}

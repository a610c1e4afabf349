/*[H15]
 * fast.c: the two entries that a direct-mode guest makes most.
 *
 * They do what trap_entry() and resume() do, where there is nothing else to do. What a hypercall
 * and a page fault cost is what the paper measured, so the way is kept short; with a trace, it is
 * a way of its own.
 */
#include "cpu/gate.h"
#include "dom/bounce.h"
#include "hcall/hcall.h"
#include "mmu/mmu.h"
#include "trace/trace.h"
#include "trap/fast.h"
#include "trap/trap.h"

/* Only an event may be in the way. */
static inline void __attribute__((noreturn, always_inline)) leave(struct vcpu *v)
{
	if (v->info->evtchn_upcall_pending) {
		direct_deliver_events(v);
		if (v->domain->dying)
			resume();
	}
	gate_exit_direct(v);
}

void hypercall_entry(void)
{
	struct vcpu *v = current;

	if (trace_classes)
		hypercall_traced(v);
	hypercall_untraced(v);
	if (v->blocked || v->domain->dying)
		resume();
	leave(v);
}

void hypercall_traced(struct vcpu *v)
{
	trace_back(v, LANE_GUEST);
	hypercall(v);
	/* hypercall() clears the vector where the way back is not to the caller. */
	if (v->blocked || v->domain->dying || v->regs->vec != XEN_HYPERCALL_VECTOR)
		resume();
	trace_left(v, from_kernel(v->regs) ? LANE_GUEST : LANE_APP);
	leave(v);
}

void fault_entry(void)
{
	struct vcpu *v = current;
	u32 va = read_cr2(), err = v->regs->err;
	struct domain *d = v->domain;
	struct guest_fault pf;

	/* Another vector there: from virtual-8086 mode (see end_virtual_8086). */
	if (trace_classes || d->mode != MMU_DIRECT || v->regs->vec != VEC_PF)
		trap_entry();
	/* With an assist the fault may not be the guest's. */
	if (d->vm_assist && d->mmu->page_fault(v, va, err, &pf)) {
		if (v->exc.valid || d->dying)
			resume();
		leave(v);
	}
	if (!direct_deliver_fault(v, va, err))
		resume();
	leave(v);
}

void direct_fault_traced(struct vcpu *v, u32 va)
{
	u32 err = v->regs->err;
	struct guest_fault pf;

	if (v->domain->vm_assist && v->domain->mmu->page_fault(v, va, err, &pf))
		resume();
	if (!direct_deliver_fault(v, va, err))
		resume();
	trace_left(v, LANE_GUEST);
	leave(v);
}

/*
 * fast.c: the two entries that a direct-mode guest makes most, when no trace is written.
 *
 * They do what trap_entry() and resume() do, where there is nothing else to do. What a hypercall
 * and a page fault cost is what the paper measured, so the way is kept short.
 */
#include "cpu/gate.h"
#include "dom/bounce.h"
#include "hcall/hcall.h"
#include "trace/trace.h"
#include "trap/fast.h"
#include "trap/trap.h"

static inline void __attribute__((noreturn)) leave(struct vcpu *v)
{
	/* An event that the guest masked is left to resume() as well. */
	if (v->exc.valid || v->blocked || v->domain->dying || v->info->evtchn_upcall_pending)
		resume();
	gate_exit_direct(v);
}

void hypercall_entry(void)
{
	struct vcpu *v = current;

	if (trace_classes)
		trap_entry();
	hypercall_untraced(v);
	leave(v);
}

void fault_entry(void)
{
	struct vcpu *v = current;
	u32 va = read_cr2();

	/* With an assist the fault may not be the guest's. Another vector means virtual-8086 mode. */
	if (trace_classes || v->domain->mode != MMU_DIRECT || v->domain->vm_assist ||
	    v->regs->vec != VEC_PF)
		trap_entry();
	direct_deliver_fault(v, va, v->regs->err);
	leave(v);
}

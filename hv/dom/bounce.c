/*[H64] bounce.c: building the frame with which a direct-mode guest enters one of its handlers. */
#include "cpu/gate.h"
#include "dom/bounce.h"
#include "hcall/hcall.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mmu/direct/walk.h"
#include "trace/trace.h"

#define MAX_FRAME 9 /* words: ds es fs gs eip cs eflags esp ss */

static u32 stack_base(struct vcpu *v, u32 ss)
{
	const struct desc *d;

	if (ss == FLAT_RING1_SS || ss & SEL_TI)
		return 0;
	d = gate_descriptor(v->domain->gate, ss);
	return d ? desc_base(*d) : 0;
}

/* Where to go back to. The guest's interrupt flag is its event mask; the real IF is always 1. The
 * old mask also goes beside CS, where Xen has it. */
static inline void put_return(const struct vcpu *v, u32 *word, bool kernel)
{
	/* LAB 02.6a BEGIN */
	const struct cpu_regs *r = v->regs;
	u32 masked = v->info->evtchn_upcall_mask;

	word[0] = r->eip;
	word[1] = (r->cs & 0xFFFF) | masked << 16;
	word[2] = masked ? r->eflags & ~EFL_IF : r->eflags | EFL_IF;
	if (!kernel) {
		word[3] = r->esp;
		word[4] = r->ss;
	}
	/* LAB 02.6a END */
}

static inline void go_to(struct vcpu *v, const struct trap_info *t, u32 ss, u32 esp)
{
	/* LAB 02.6b BEGIN */
	struct cpu_regs *r = v->regs;

	if (t->flags & TI_MASK_EVENTS)
		v->info->evtchn_upcall_mask = 1;
	r->cs = t->cs;
	r->eip = t->address;
	r->ss = ss;
	r->esp = esp;
	/* As the CPU does (SDM 3A 6.12.1). */
	r->eflags &= ~(EFL_TF | EFL_NT | EFL_RF | EFL_VM);
	/* LAB 02.6b END */
}

/* The general case: any stack, any handler, by way of guest_write(). Below the return address lie
 * `nr` words of `extra`, lowest address first. */
static u32 enter_general(struct vcpu *v, const struct trap_info *t, u32 nr, const u32 *extra)
{
	struct cpu_regs *r = v->regs;
	bool kernel = from_kernel(r);
	u32 ss = kernel ? r->ss & 0xFFFF : v->kernel_ss;
	u32 size = (nr + (kernel ? 3 : 5)) * sizeof(u32), word[MAX_FRAME];
	u32 esp = (kernel ? r->esp : v->kernel_sp) - size;
	u32 va = stack_base(v, ss) + esp;
	struct guest_fault pf;

	memcpy(word, extra, nr * sizeof(u32));
	put_return(v, word + nr, kernel);
	if (!t->address || !guest_write(v, va, word, size, 0, &pf)) {
		domain_kill(v->domain, END_triple_fault, t->vector,
			    t->address ? "the ring-1 stack cannot be written" : "no handler");
		return 0;
	}
	/* Next time it will be in the software TLB. */
	soft_tlb_fill(v, va, size, true);
	go_to(v, t, ss, esp);
	return va;
}

static u32 __attribute__((noinline, cold))
enter_slowly(struct vcpu *v, const struct trap_info *t, u32 nr, u32 w0, u32 w1)
{
	u32 extra[2] = {w0, w1};

	return enter_general(v, t, nr, extra);
}

/*
 * Write a frame on the ring-1 stack and go to the handler. Inlined, so that each kind of frame
 * (`nr` of the words w0, w1 lie below the return address) gets code of its own for the usual case:
 * the flat stack segment, and a page that is in the software TLB.
 * @return the frame's linear address, or 0: the domain has ended
 */
static ALWAYS_INLINE u32 enter_from(struct vcpu *v, const struct trap_info *t, bool kernel, u32 nr,
				    u32 w0, u32 w1)
{
	struct cpu_regs *r = v->regs;
	u32 size = (nr + (kernel ? 3 : 5)) * sizeof(u32);
	u32 esp = (kernel ? r->esp : v->kernel_sp) - size, *word;

	if ((kernel ? r->ss & 0xFFFF : v->kernel_ss) != FLAT_RING1_SS || !t->address)
		return enter_slowly(v, t, nr, w0, w1);
	word = (u32 *)soft_tlb_lookup(v, esp, size, true);
	if (!word)
		return enter_slowly(v, t, nr, w0, w1);
	if (nr > 0)
		word[0] = w0;
	if (nr > 1)
		word[1] = w1;
	put_return(v, word + nr, kernel);
	go_to(v, t, FLAT_RING1_SS, esp);
	return esp;
}

/* Each ring gets code of its own, too. */
static ALWAYS_INLINE u32 enter(struct vcpu *v, const struct trap_info *t, bool kernel, u32 nr,
			       u32 w0, u32 w1)
{
	if (kernel)
		return enter_from(v, t, true, nr, w0, w1);
	return enter_from(v, t, false, nr, w0, w1);
}

bool direct_deliver_fault(struct vcpu *v, u32 cr2, u32 err)
{
	/* LAB 02.6c BEGIN */
	const struct trap_info *t = &v->traps[VEC_PF];
	bool kernel = from_kernel(v->regs);
	u32 va;

	v->info->cr2 = cr2;
	/* An application's fault, to a handler that reads its address from the stack: the one that
	 * is measured. */
	if (!kernel && (t->flags & TI_CR2_ON_STACK))
		va = enter(v, t, false, 2, cr2, err);
	else if (t->flags & TI_CR2_ON_STACK)
		va = enter(v, t, true, 2, cr2, err);
	else
		va = enter(v, t, kernel, 1, err, 0);
	if (!va)
		return false;
	trace_inject(v, LANE_VMM, LANE_GUEST, VEC_PF, err, cr2, t->address, va, 1,
		     !!(t->flags & TI_CR2_ON_STACK));
	return true;
	/* LAB 02.6c END */
}

bool direct_deliver(struct vcpu *v, const struct pending_exception *e)
{
	const struct trap_info *t = &v->traps[e->vec];
	bool kernel = from_kernel(v->regs);
	u32 va;

	if (e->vec == VEC_PF && e->has_err)
		return direct_deliver_fault(v, v->virt.cr2, e->err);
	if (e->has_err)
		va = enter(v, t, kernel, 1, e->err, 0);
	else
		va = enter(v, t, kernel, 0, 0, 0);
	if (!va)
		return false;
	trace_inject(v, LANE_VMM, LANE_GUEST, e->vec, e->has_err ? e->err : 0, 0, t->address, va, 1,
		     0);
	return true;
}

bool direct_deliver_events(struct vcpu *v)
{
	const struct trap_info callback = {.vector = VEC_EVENT_CALLBACK,
					   .flags = TI_MASK_EVENTS,
					   .cs = v->event_cs,
					   .address = v->event_eip};
	u32 va;

	if (!v->info->evtchn_upcall_pending || v->info->evtchn_upcall_mask)
		return false;
	if (from_kernel(v->regs))
		va = enter(v, &callback, true, 0, 0, 0);
	else
		va = enter(v, &callback, false, 0, 0, 0);
	if (!va)
		return false;
	trace_inject(v, LANE_VMM, LANE_GUEST, VEC_EVENT_CALLBACK, 0, 0, v->event_eip, va, 2, 0);
	return true;
}

bool direct_deliver_pending(struct vcpu *v)
{
	bool entered = false;

	if (v->exc.valid) {
		v->exc.valid = 0;
		if (v->exc.vec == VEC_NM)
			fpu_available(v);
		entered = direct_deliver(v, &v->exc);
		if (!entered)
			return false;
	}
	return direct_deliver_events(v) || entered;
}

u32 direct_deliver_int(struct vcpu *v, const struct trap_info *t)
{
	u32 va = enter(v, t, from_kernel(v->regs), 0, 0, 0);

	if (v->records & TRACE_CLASS_trap && va)
		trace_inject(v, LANE_VMM, LANE_GUEST, t->vector, 0, 0, t->address, va, 1, 0);
	return va;
}

bool direct_failsafe(struct vcpu *v)
{
	const struct trap_info callback = {
	    .vector = VEC_EVENT_CALLBACK, .cs = v->failsafe_cs, .address = v->failsafe_eip};
	struct cpu_regs *r = v->regs;
	u32 extra[] = {r->ds & 0xFFFF, r->es & 0xFFFF, r->fs & 0xFFFF, r->gs & 0xFFFF};
	u32 va = enter_general(v, &callback, ARRAY_SIZE(extra), extra);

	if (!va)
		return false;
	r->ds = r->es = r->fs = r->gs = 0;
	trace_inject(v, LANE_VMM, LANE_GUEST, VEC_EVENT_CALLBACK, 0, 0, v->failsafe_eip, va, 2, 0);
	return true;
}

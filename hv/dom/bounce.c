/* bounce.c: building the frame with which a direct-mode guest enters one of its handlers. */
#include "cpu/gate.h"
#include "dom/bounce.h"
#include "hcall/hcall.h"
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

static u32 __attribute__((noinline)) cannot_enter(struct vcpu *v, u32 eip, u8 vec)
{
	domain_kill(v->domain, END_triple_fault, vec,
		    eip ? "the ring-1 stack cannot be written" : "no handler");
	return 0;
}

/* The words that a frame has below where to go back to, lowest address first. */
struct extra {
	u32 nr, word[4];
};

/*
 * Write a frame on the ring-1 stack and go to the handler. Inlined, so that each kind of frame gets
 * code of its own, without a loop.
 * @return the frame's linear address, or 0: the domain has ended
 */
static inline u32 __attribute__((always_inline))
enter(struct vcpu *v, u32 cs, u32 eip, bool mask_events, struct extra x, u8 vec)
{
	struct cpu_regs *r = v->regs;
	u32 masked = v->info->evtchn_upcall_mask, size, ss, esp, va;
	u32 spare[MAX_FRAME], *word;
	bool kernel = from_kernel(r);
	struct guest_fault pf;

	if (kernel) {
		ss = r->ss & 0xFFFF;
		esp = r->esp;
		size = (x.nr + 3) * sizeof(u32);
	} else {
		ss = v->kernel_ss;
		esp = v->kernel_sp;
		size = (x.nr + 5) * sizeof(u32);
	}
	esp -= size;
	va = stack_base(v, ss) + esp;
	/* Straight into the stack's page where we can, else by way of `spare`. */
	word = (u32 *)known_page(v, va, size, true);
	if (!word)
		word = (u32 *)learn_page(v, va, size, true);
	if (!word)
		word = spare;
	for (u32 i = 0; i < x.nr; i++)
		word[i] = x.word[i];
	word[x.nr] = r->eip;
	/* The guest's interrupt flag is its event mask; the real IF is always 1. The old mask also
	 * goes beside CS, where Xen has it. */
	word[x.nr + 1] = (r->cs & 0xFFFF) | masked << 16;
	word[x.nr + 2] = (r->eflags & ~EFL_IF) | (masked ? 0 : EFL_IF);
	if (!kernel) {
		word[x.nr + 3] = r->esp;
		word[x.nr + 4] = r->ss;
	}
	if (!eip || (word == spare && !guest_write(v, va, word, size, 0, &pf)))
		return cannot_enter(v, eip, vec);
	if (mask_events)
		v->info->evtchn_upcall_mask = 1;
	r->cs = cs;
	r->eip = eip;
	r->ss = ss;
	r->esp = esp;
	/* As the CPU does (SDM 3A 6.12.1). */
	r->eflags &= ~(EFL_TF | EFL_NT | EFL_RF | EFL_VM);
	return va;
}

bool direct_deliver_fault(struct vcpu *v, u32 cr2, u32 err)
{
	const struct trap_info *t = &v->traps[VEC_PF];
	bool mask = t->flags & TI_MASK_EVENTS, extended = t->flags & TI_CR2_ON_STACK;
	u32 va;

	v->info->cr2 = cr2;
	if (extended)
		va = enter(v, t->cs, t->address, mask, (struct extra){2, {cr2, err}}, VEC_PF);
	else
		va = enter(v, t->cs, t->address, mask, (struct extra){1, {err}}, VEC_PF);
	if (!va)
		return false;
	trace_inject(v, LANE_VMM, LANE_GUEST, VEC_PF, err, cr2, t->address, va, 1, extended);
	return true;
}

bool direct_deliver(struct vcpu *v, const struct pending_exception *e)
{
	const struct trap_info *t = &v->traps[e->vec];
	bool mask = t->flags & TI_MASK_EVENTS;
	u32 va;

	if (e->vec == VEC_PF && e->has_err)
		return direct_deliver_fault(v, v->virt.cr2, e->err);
	if (e->has_err)
		va = enter(v, t->cs, t->address, mask, (struct extra){1, {e->err}}, e->vec);
	else
		va = enter(v, t->cs, t->address, mask, (struct extra){0}, e->vec);
	if (!va)
		return false;
	trace_inject(v, LANE_VMM, LANE_GUEST, e->vec, e->has_err ? e->err : 0, 0, t->address, va, 1,
		     0);
	return true;
}

bool direct_deliver_events(struct vcpu *v)
{
	u32 va;

	if (!v->info->evtchn_upcall_pending || v->info->evtchn_upcall_mask)
		return false;
	va = enter(v, v->event_cs, v->event_eip, true, (struct extra){0}, VEC_EVENT_CALLBACK);
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

bool direct_software_int(struct vcpu *v, u8 vec, u32 len)
{
	const struct trap_info *t = &v->traps[vec];
	struct pending_exception e = {.valid = 1, .vec = vec, .software = 1};

	if ((t->flags & TI_DPL_MASK) < (v->regs->cs & SEL_RPL) || !t->address)
		return false;
	v->regs->eip += len;
	direct_deliver(v, &e);
	return true;
}

bool direct_failsafe(struct vcpu *v)
{
	struct cpu_regs *r = v->regs;
	struct extra x = {4, {r->ds & 0xFFFF, r->es & 0xFFFF, r->fs & 0xFFFF, r->gs & 0xFFFF}};
	u32 va;

	/* If that was what failed, it would fail again, all the way down the stack. */
	if (r->eip == v->failsafe_eip && r->cs == v->failsafe_cs) {
		domain_kill(v->domain, END_triple_fault, VEC_EVENT_CALLBACK,
			    "its failsafe callback cannot be entered");
		return false;
	}
	va = enter(v, v->failsafe_cs, v->failsafe_eip, false, x, VEC_EVENT_CALLBACK);
	if (!va)
		return false;
	r->ds = r->es = r->fs = r->gs = 0;
	trace_inject(v, LANE_VMM, LANE_GUEST, VEC_EVENT_CALLBACK, 0, 0, v->failsafe_eip, va, 2, 0);
	return true;
}

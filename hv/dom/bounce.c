/* bounce.c: building the frame with which a direct-mode guest enters one of its handlers. */
#include "cpu/gate.h"
#include "dom/bounce.h"
#include "hcall/hcall.h"
#include "mmu/mmu.h"
#include "trace/trace.h"

/* A frame in the making: words are pushed downwards, as on the stack that they go to. */
struct frame_words {
	u32 word[12];
	u32 *top; /* the lowest one */
	u32 ss, esp;
};

static void push(struct frame_words *f, u32 word)
{
	*--f->top = word;
}

/* What every entry has: where to go back to, on the stack that the handler will use. */
static void begin(struct frame_words *f, struct vcpu *v, bool mask_events)
{
	struct cpu_regs *r = v->regs;
	u32 masked = v->info->evtchn_upcall_mask;

	f->top = f->word + ARRAY_SIZE(f->word);
	if (from_kernel(r)) {
		f->ss = r->ss;
		f->esp = r->esp;
	} else {
		f->ss = v->kernel_ss;
		f->esp = v->kernel_sp;
		push(f, r->ss);
		push(f, r->esp);
	}
	/* The guest's interrupt flag is its event mask; the real IF is always 1. The old mask also
	 * goes beside CS, where Xen has it. */
	push(f, (r->eflags & ~EFL_IF) | (masked ? 0 : EFL_IF));
	push(f, (r->cs & 0xFFFF) | (masked & 0xFF) << 16);
	push(f, r->eip);
	if (mask_events)
		v->info->evtchn_upcall_mask = 1;
}

static u32 stack_base(struct vcpu *v, u32 ss)
{
	const struct desc *d;

	if (ss == FLAT_RING1_SS || ss & SEL_TI)
		return 0;
	d = gate_descriptor(v->domain->gate, ss);
	return d ? desc_base(*d) : 0;
}

/* Write the frame and go to the handler. @return the frame's linear address, or 0: domain ended. */
static u32 enter(struct frame_words *f, struct vcpu *v, u32 cs, u32 eip, u8 vec)
{
	u32 size = (u8 *)(f->word + ARRAY_SIZE(f->word)) - (u8 *)f->top;
	struct cpu_regs *r = v->regs;
	struct guest_fault pf;
	u32 va;

	f->esp -= size;
	va = stack_base(v, f->ss) + f->esp;
	if (!eip || !guest_write(v, va, f->top, size, 0, &pf)) {
		domain_kill(v->domain, END_triple_fault, vec,
			    eip ? "the ring-1 stack cannot be written" : "no handler");
		return 0;
	}
	r->cs = cs;
	r->eip = eip;
	r->ss = f->ss;
	r->esp = f->esp;
	/* As the CPU does (SDM 3A 6.12.1). */
	r->eflags &= ~(EFL_TF | EFL_NT | EFL_RF | EFL_VM);
	return va;
}

bool direct_deliver(struct vcpu *v, const struct pending_exception *e)
{
	const struct trap_info *t = &v->traps[e->vec];
	u32 err = e->has_err ? e->err : 0, cr2 = 0, va;
	bool extended = false;
	struct frame_words f;

	begin(&f, v, t->flags & TI_MASK_EVENTS);
	if (e->has_err)
		push(&f, err);
	if (e->vec == VEC_PF) {
		cr2 = v->virt.cr2;
		v->info->cr2 = cr2;
		extended = t->flags & TI_CR2_ON_STACK;
		if (extended)
			push(&f, cr2);
	}
	va = enter(&f, v, t->cs, t->address, e->vec);
	if (!va)
		return false;
	trace_inject(v, LANE_VMM, LANE_GUEST, e->vec, err, cr2, t->address, va, 1, extended);
	return true;
}

bool direct_deliver_events(struct vcpu *v)
{
	struct frame_words f;
	u32 va;

	if (!v->info->evtchn_upcall_pending || v->info->evtchn_upcall_mask)
		return false;
	begin(&f, v, true);
	va = enter(&f, v, v->event_cs, v->event_eip, VEC_EVENT_CALLBACK);
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
	struct frame_words f;
	u32 va;

	begin(&f, v, false);
	push(&f, r->gs & 0xFFFF);
	push(&f, r->fs & 0xFFFF);
	push(&f, r->es & 0xFFFF);
	push(&f, r->ds & 0xFFFF);
	va = enter(&f, v, v->failsafe_cs, v->failsafe_eip, VEC_EVENT_CALLBACK);
	if (!va)
		return false;
	r->ds = r->es = r->fs = r->gs = 0;
	trace_inject(v, LANE_VMM, LANE_GUEST, VEC_EVENT_CALLBACK, 0, 0, v->failsafe_eip, va, 2, 0);
	return true;
}

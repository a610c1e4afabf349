/*
 * schedule.c: who runs next: one after the other, each until it waits, yields or ends.
 */
#include "cpu/context.h"
#include "dom/guest_ops.h"
#include "dom/time.h"
#include "lib/printk.h"
#include "trace/trace.h"
#include "trap/trap.h"

void (*domain_ended)(struct domain *d);
u32 hand_overs;

/* Can it run? If it has given up the processor: has something come for it? */
static bool wakes(struct vcpu *v)
{
	return !v->domain->dying && (!v->blocked || v->yields || v->domain->ops->woken(v));
}

/* The one after it: of its domain, or of the next; NULL behind the last. */
static struct vcpu *after(const struct vcpu *v)
{
	struct domain *d = v->domain->next;

	return v->next ? v->next : d ? &d->vcpu : NULL;
}

/* The next that can run: the one that runs now comes last, and only if time has passed for it. */
static struct vcpu *next_runnable(bool waited)
{
	struct vcpu *first = domains ? &domains->vcpu : NULL, *v;

	for (v = after(current); v; v = after(v))
		if (wakes(v))
			return v;
	/* From the start. The hypervisor's own is in no list. */
	for (v = first; v && v != current; v = after(v))
		if (wakes(v))
			return v;
	return v && waited && wakes(v) ? v : NULL;
}

/* Nothing to run: wait for an interrupt, which returns here through hv_trap. */
static struct vcpu *idle(void)
{
	struct vcpu *next = NULL;

	timer_rearm();
	/* An interrupt here saves and restores these; the guest's may not be loadable any more. */
	asm volatile("movl %0, %%fs\n\tmovl %0, %%gs" : : "r"(0));
	while (!next) {
		asm volatile("sti\n\thlt\n\tcli" : : : "memory");
		next = next_runnable(true);
	}
	return next;
}

void schedule(void)
{
	struct vcpu *v = current, *next;

	if (v->domain->dying)
		domain_ended(v->domain);
	else if (!v->yields)
		trace_block(v, LANE_VMM, LANE_VMM, v->regs->eip);
	next = next_runnable(current->yields);
	if (!next)
		next = idle();
	next->blocked = next->yields = false;
	next->poll_until = 0;
	if (next != current) {
		hand_overs += current != &hypervisor.vcpu;
		context_switch(next);
	}
	timer_rearm(); /* a vcpu that runs may wait for other times than one that sleeps */
}

/*
 * schedule.c: from one vcpu to the next. Who that is, a policy says (sched/): at each choice, and
 * when the choice is to be made again.
 */
#include "cpu/context.h"
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "dom/time.h"
#include "lib/printk.h"
#include "trace/trace.h"
#include "trap/trap.h"

void (*domain_ended)(struct domain *d);
u32 hand_overs = -1; /* the first takes the processor from nobody */

/* Tell the trace who has the processor now. */
static inline void record(struct vcpu *v, u16 next, u8 why)
{
	static u16 holder = DOM_HV, vcpu;

	if (!(trace_classes & TRACE_CLASS_dom))
		return;
	if (trace_hand_overs && (next != holder || v->name.vcpu != vcpu))
		trace_sched(v, LANE_VMM, LANE_VMM, holder, next, why, v->unit.warped);
	holder = next;
	vcpu = v->name.vcpu;
}

/* Nothing to run: wait for an interrupt, which returns here through hv_trap. */
static void idle(void)
{
	timer_rearm();
	/* See let_interrupts_in(). */
	asm volatile("movl %0, %%fs\n\tmovl %0, %%gs" : : "r"(0));
	while (!this_cpu.sched.runnable)
		asm volatile("sti\n\thlt\n\tcli" : : : "memory");
}

/* The current vcpu gives the processor up, or is to share it. @return why */
static u8 give_up(struct vcpu *v, u64 now)
{
	u8 why = v->lost;

	if (v->blocked) {
		why = LOST_blocked;
		trace_block(v, LANE_VMM, LANE_VMM, v->regs->eip);
		if (v->domain->ops->woken && v->domain->ops->woken(v))
			v->blocked = false;
		else
			vcpu_stop(v, RUNSTATE_blocked, now);
	}
	if (v->runstate.state == RUNSTATE_running)
		runstate_account(&v->runstate, RUNSTATE_runnable, now);
	return why;
}

/* The vcpu of the unit that the policy has chosen. */
static struct vcpu *choose(u64 now)
{
	struct sched_unit *u = this_cpu.sched.ops->pick(&this_cpu.sched, now);

	return u ? (struct vcpu *)((u8 *)u - offsetof(struct vcpu, unit)) : NULL;
}

void schedule(void)
{
	struct vcpu *v = current, *next;
	bool ended = v->domain->dying;
	u8 why = LOST_ended;
	u64 now, at;

	if (ended) {
		domain_ended(v->domain); /* which may be gone now */
		hand_overs--;		 /* it did not make way */
	}
	now = system_time();
	if (!ended)
		why = give_up(v, now);
	next = choose(now);
	if (!next) {
		record(&trace_nobody, DOM_HV, why);
		idle();
		why = LOST_idle;
		now = system_time();
		next = choose(now);
	}
	runstate_account(&next->runstate, RUNSTATE_running, now);
	next->stopped = 0;
	record(next, next->domain->id, why);
	slice_begin();
	/* One that runs may wait for other times than one that sleeps. */
	at = next->domain->ops->deadline(next->domain);
	if (next != current) {
		hand_overs++;
		if (next->gate != next->domain->gate)
			next->domain->ops->load(next);
		context_switch(next);
		if (at <= now) {
			next->domain->ops->tick(next->domain, now);
			at = next->domain->ops->deadline(next->domain);
		}
	}
	timer_before(at < this_cpu.slice_end ? at : this_cpu.slice_end);
}

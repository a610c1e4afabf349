/* run.h: which vcpus can run, what the policy (sched/) is told of them, and the time they had. */
#ifndef HV_RUN_H
#define HV_RUN_H

#include "dom/domain.h"

/** The trace hears who has the processor, and why: once there has been more than one domain. */
extern bool trace_hand_overs;

/** A new vcpu, which cannot run yet. */
void vcpu_add(struct vcpu *v);
/** It will not run any more. */
void vcpu_remove(struct vcpu *v);
/** What it has waited for is there. Nothing happens if it did not wait. */
void vcpu_wake(struct vcpu *v);
/** The current vcpu goes on only when schedule() has chosen. @param lost why: LOST_ */
static inline void vcpu_preempt(u8 lost)
{
	current->preempted = true;
	current->lost = lost;
	this_cpu.slice_end = SCHED_NEVER; /* until it has been chosen */
}
/** Somebody runs, and may go on until the policy wants to be asked again. @return when that is */
static inline u64 slice_begin(void)
{
	struct sched *s = &this_cpu.sched;

	/* Who is alone goes on. */
	this_cpu.slice_end = s->runnable->next ? s->ops->deadline(s) : SCHED_NEVER;
	return this_cpu.slice_end;
}
/** A change of state, for the books. @param state RUNSTATE_ */
static inline void runstate_account(struct vcpu_runstate_info *r, u32 state, u64 now)
{
	r->time[r->state] += now - r->state_entry_time;
	r->state_entry_time = now;
	r->state = state;
}
/** It cannot run any more. @param state RUNSTATE_blocked or RUNSTATE_offline */
static inline void vcpu_stop(struct vcpu *v, u32 state, u64 now)
{
	this_cpu.sched.ops->sleep(&this_cpu.sched, &v->unit, now);
	runstate_account(&v->runstate, state, now);
}
/** Can another vcpu of its domain run, now or after an interrupt? */
bool others_run(const struct vcpu *v);
/** It does not run until vcpu_up(). */
void vcpu_down(struct vcpu *v);
void vcpu_up(struct vcpu *v);

/** The domain does not run until domain_unpause(): what comes for it waits. Harmless if it is
 * paused already; the current domain goes on until it leaves the hypervisor. */
void domain_pause(struct domain *d);
/** It may run. A new domain is paused. */
void domain_unpause(struct domain *d);
/** Parameters of the policy, the same for all its vcpus. @return false, and nothing is changed, if
 * they are out of range or the policy has none */
bool domain_sched_set(struct domain *d, const struct sched_params *p);
bool domain_sched_get(const struct domain *d, struct sched_params *p);
/** Processor time that it has had, in ns. */
u64 domain_cpu_time(const struct domain *d);
/** What the vcpu does, and for how long it has been in each state up to now, in ns. */
struct vcpu_runstate_info vcpu_runstate(const struct vcpu *v);

#endif

/*
 * run.c: which vcpus can run.
 *
 * A vcpu is runnable for the policy (vcpu.unit) unless it waits for something, its domain is
 * paused, or its domain has ended. Whether it waits is known at once (vcpu.blocked); the policy
 * hears of it when the processor is given up, in schedule().
 */
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "dom/time.h"
#include "trace/trace.h"

bool trace_hand_overs;

void vcpu_add(struct vcpu *v)
{
	this_cpu.sched.ops->add(&this_cpu.sched, &v->unit);
	v->runstate = (struct vcpu_runstate_info){.state = RUNSTATE_offline,
						  .state_entry_time = system_time()};
}

void vcpu_remove(struct vcpu *v)
{
	this_cpu.sched.ops->remove(&this_cpu.sched, &v->unit, system_time());
}

void vcpu_wake(struct vcpu *v)
{
	struct sched *s = &this_cpu.sched;
	u64 now;

	v->blocked = false;
	v->poll_until = 0;
	if (v->unit.runnable || v->domain->paused || v->domain->dying || v->down)
		return;
	now = system_time();
	runstate_account(&v->runstate, RUNSTATE_runnable, now);
	if (trace_hand_overs)
		trace_wake(v, LANE_VMM, LANE_VMM, now);
	if (s->ops->wake(s, &v->unit, now))
		vcpu_preempt(LOST_woken);
	else if (!current->preempted)
		timer_before(slice_begin()); /* the one that runs may have been alone until now */
}

void vcpu_down(struct vcpu *v)
{
	if (v->down)
		return;
	v->down = true;
	vcpu_stop(v, RUNSTATE_offline, system_time());
	if (v == current)
		vcpu_preempt(LOST_paused);
}

void vcpu_up(struct vcpu *v)
{
	if (!v->down)
		return;
	v->down = false;
	if (!v->blocked)
		vcpu_wake(v);
	else if (!v->domain->paused)
		runstate_account(&v->runstate, RUNSTATE_blocked, system_time());
}

void domain_pause(struct domain *d)
{
	u64 now = system_time();
	struct vcpu *v;

	if (d->paused)
		return;
	d->paused = true;
	for_each_vcpu(v, d)
	{
		vcpu_stop(v, RUNSTATE_offline, now);
		if (v == current)
			vcpu_preempt(LOST_paused);
	}
}

void domain_unpause(struct domain *d)
{
	u64 now = system_time();
	struct vcpu *v;

	if (!d->paused)
		return;
	d->paused = false;
	for_each_vcpu(v, d)
	{
		if (v->down)
			continue;
		if (v->blocked)
			runstate_account(&v->runstate, RUNSTATE_blocked, now);
		else
			vcpu_wake(v);
	}
	/* Nobody has looked at its timers meanwhile. */
	d->ops->tick(d, now);
	timer_before(d->ops->deadline(d));
}

bool domain_sched_set(struct domain *d, const struct sched_params *p)
{
	struct sched *s = &this_cpu.sched;
	struct vcpu *v;

	for_each_vcpu(v, d) if (!s->ops->set(s, &v->unit, p, system_time())) return false;
	trace_weight(d->vcpus, LANE_VMM, LANE_VMM, p->mcu_advance, p->warpback ? p->warpvalue : 0);
	/* It may be another's turn now. */
	if (s->running && !current->preempted)
		timer_before(slice_begin());
	return true;
}

bool domain_sched_get(const struct domain *d, struct sched_params *p)
{
	return this_cpu.sched.ops->get(&d->vcpus->unit, p);
}

struct vcpu_runstate_info vcpu_runstate(const struct vcpu *v)
{
	struct vcpu_runstate_info r = v->runstate;
	u64 since = r.state_entry_time;

	runstate_account(&r, r.state, system_time());
	r.state_entry_time = since;
	return r;
}

u64 domain_cpu_time(const struct domain *d)
{
	const struct vcpu *v;
	u64 ns = 0;

	for_each_vcpu(v, d) ns += vcpu_runstate(v).time[RUNSTATE_running];
	return ns;
}

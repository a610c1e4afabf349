/*[H78] sched.c: the hypercalls by which a guest gives up the CPU, and sets its timer. */
#include "dom/run.h"
#include "dom/time.h"
#include "hcall/hcall.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

#define POLL_PORTS 128 /* at most, in one poll */
#define FOR_EVER   (~0ull)

static s32 shut_down(struct vcpu *v, u32 reason)
{
	static const u8 end[] = {
	    [SHUTDOWN_poweroff] = END_poweroff,
	    [SHUTDOWN_reboot] = END_reboot,
	    [SHUTDOWN_suspend] = END_suspend,
	    [SHUTDOWN_crash] = END_crash,
	};

	if (reason >= ARRAY_SIZE(end))
		return -EINVAL;
	domain_shut_down(v->domain, end[reason]);
	return 0;
}

/* Let another run, if there is one. */
static s32 yield(struct vcpu *v)
{
	if (domains->next || v->domain->vcpus->next) {
		this_cpu.sched.yielded = true;
		vcpu_preempt(LOST_yielded);
	}
	return 0;
}

/* Wait for an event: as sti and hlt, in one step. */
static s32 block(struct vcpu *v)
{
	v->info->evtchn_upcall_mask = 0;
	if (!v->info->evtchn_upcall_pending)
		v->blocked = true;
	return 0;
}

/* Wait for one of these ports, masked or not, or for a time; no upcall is needed to end it. */
static s32 poll(struct vcpu *v, const struct sched_poll *p)
{
	u32 port;

	if (p->nr_ports > POLL_PORTS)
		return -EINVAL;
	for (u32 i = 0; i < p->nr_ports; i++) {
		if (copy_from_guest(v, &port, p->ports + i * sizeof(port), sizeof(port)))
			return -EFAULT;
		if (port >= NR_EVENT_CHANNELS)
			return -EINVAL;
		if (v->domain->shared->evtchn_pending[port / 32] & 1u << port % 32)
			return 0;
	}
	if (p->timeout && p->timeout <= system_time())
		return 0;
	/* It was an event that ends the poll; and the guest would take it only after its sleep. */
	if (v->info->evtchn_upcall_pending && !v->info->evtchn_upcall_mask)
		return 0;
	v->poll_until = p->timeout ? p->timeout : FOR_EVER;
	if (v->poll_until < this_cpu.alarm)
		timer_ask(v->poll_until);
	v->blocked = true;
	return 0;
}

/** sched_op_compat(cmd, arg): the older form, in which shutdown's reason is the argument itself. */
s32 hc_sched_op_compat(struct vcpu *v, struct hcall_args *a)
{
	switch (a->a1) {
	case SCHEDOP_yield:
		return yield(v);
	case SCHEDOP_block:
		return block(v);
	case SCHEDOP_shutdown:
		return shut_down(v, a->a2);
	}
	return -ENOSYS;
}

/**
 * sched_op(cmd, arg): as Xen's, poll ends with any event, also one that it did not ask for.
 * @return 0, -EINVAL, -EFAULT or -ENOSYS
 */
s32 hc_sched_op(struct vcpu *v, struct hcall_args *a)
{
	struct sched_shutdown shutdown;
	struct sched_poll p;

	switch (a->a1) {
	case SCHEDOP_yield:
		return yield(v);
	case SCHEDOP_poll:
		return copy_from_guest(v, &p, a->a2, sizeof(p)) ? -EFAULT : poll(v, &p);
	case SCHEDOP_block:
		return block(v);
	case SCHEDOP_shutdown:
		if (copy_from_guest(v, &shutdown, a->a2, sizeof(shutdown)))
			return -EFAULT;
		return shut_down(v, shutdown.reason);
	}
	return -ENOSYS;
}

void set_deadline(struct vcpu *v, u64 at)
{
	v->timer_deadline = at;
	trace_vtimer(v, LANE_VMM, LANE_VMM, at);
	timer_rearm();
}

/** set_timer_op(low, high): raise VIRQ_TIMER at this system time, in ns; 0 for never. @return 0 */
s32 hc_set_timer_op(struct vcpu *v, struct hcall_args *a)
{
	set_deadline(v, (u64)a->a2 << 32 | a->a1);
	return 0;
}

/* event.c: taking the timer's events, for the cases that something must interrupt. */
#include "pv.h"

void (*event_hook)(u32 *frame);
static u32 timer_port;

void on_event(u32 *frame);

/* System time now, in ns, as the hypervisor tells it. */
static u64 now(void)
{
	const struct vcpu_time_info *t = &shared->vcpu_info[0].time;
	u64 delta = read_tsc() - t->tsc_timestamp;

	if (t->tsc_shift < 0)
		delta >>= -t->tsc_shift;
	else
		delta <<= t->tsc_shift;
	return t->system_time + (u32)((u64)(u32)delta * t->tsc_to_system_mul >> 32);
}

void set_timer(u32 ns)
{
	u64 deadline = now() + ns;

	HCALL(set_timer_op, deadline, deadline >> 32, 0, 0);
}

/* Called by event_callback, with events masked. */
void on_event(u32 *frame)
{
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	shared->vcpu_info[0].evtchn_pending_sel = 0;
	shared->evtchn_pending[timer_port / 32] = 0;
	if (event_hook)
		event_hook(frame);
}

void events_on(void (*hook)(u32 *frame))
{
	struct evtchn_bind_virq bind = {.virq = VIRQ_TIMER};

	if (!timer_port && HCALL(event_channel_op, EVTCHNOP_bind_virq, &bind, 0, 0) == 0)
		timer_port = bind.port;
	event_hook = hook;
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	shared->vcpu_info[0].evtchn_pending_sel = 0;
	shared->evtchn_pending[timer_port / 32] = 0;
	shared->vcpu_info[0].evtchn_upcall_mask = 0;
}

void events_off(void)
{
	HCALL(set_timer_op, 0, 0, 0, 0);
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
	event_hook = NULL;
}

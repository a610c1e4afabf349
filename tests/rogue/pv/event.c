/* event.c: taking the timer's events, for the cases that something must interrupt. */
#include "pv.h"

void (*event_hook)(u32 *frame);
static u32 timer_port;

void on_event(u32 *frame);

void set_timer(u32 cycles)
{
	u64 deadline = system_time() + to_ns(cycles);

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

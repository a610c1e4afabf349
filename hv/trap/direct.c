/* direct.c: what is direct mode's own of time, console and the way in and out. */
#include "comm/evtchn.h"
#include "dom/console.h"
#include "dom/guest_ops.h"
#include "dom/time.h"

static u64 direct_deadline(const struct domain *d)
{
	u64 at;

	/* The periodic timer runs only while the domain does; a blocked one has asked for a time.
	 */
	at = d->vcpu.blocked ? 0 : d->next_tick;
	if (d->timer_deadline && (!at || d->timer_deadline < at))
		at = d->timer_deadline;
	if (d->vcpu.poll_until && (!at || d->vcpu.poll_until < at))
		at = d->vcpu.poll_until;
	return at;
}

static void direct_tick(struct domain *d, u64 now)
{
	bool due = false;

	if (d->vcpu.poll_until && d->vcpu.poll_until <= now)
		d->vcpu.blocked = false;
	if (d->timer_deadline && d->timer_deadline <= now) {
		d->timer_deadline = 0;
		due = true;
	}
	if (!d->vcpu.blocked && d->next_tick <= now) {
		d->next_tick = now + TICK_NS;
		due = true;
	}
	if (due) {
		time_update_info(&d->vcpu);
		evtchn_send_virq(d, VIRQ_TIMER);
	}
}

static void direct_input(struct domain *d, u8 byte)
{
	console_keep(byte);
	evtchn_send_virq(d, VIRQ_CONSOLE);
}

const struct guest_ops direct_guest = {
    .deadline = direct_deadline,
    .tick = direct_tick,
    .input = direct_input,
};

/* share-pv.c: share.h on Xen's interface. */
#include <trapline/xen/vcpu.h>
#include <trapline/xen/xen.h>
#include "share.h"
#include "../../kit/hypercall.h"

#define BASE 0xC0000000u

PV_START("share", "main", "8192", "");

static u8 page[4096] __attribute__((aligned(4096)));
#define shared ((volatile struct shared_info *)page)

u64 now(void)
{
	volatile struct vcpu_time_info *t = &shared->vcpu_info[0].time;
	u32 version;
	u64 tsc, base;

	do {
		version = t->version;
		asm volatile("rdtsc" : "=A"(tsc));
		tsc = (tsc - t->tsc_timestamp) << t->tsc_shift;
		base = t->system_time;
	} while (version & 1 || version != t->version);
	return base + ((u64)(u32)tsc * t->tsc_to_system_mul >> 32) +
	       (u64)(u32)(tsc >> 32) * t->tsc_to_system_mul;
}

void sleep_until(u64 ns)
{
	struct sched_poll p = {.timeout = ns};

	while (now() < ns)
		HCALL(sched_op, SCHEDOP_poll, (u32)&p, 0, 0);
}

void sleep_for_ever(void)
{
	for (;;)
		HCALL(sched_op, SCHEDOP_block, 0, 0, 0);
}

void yield(void)
{
	HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
}

void ask_timer(u32 way)
{
	struct vcpu_set_singleshot_timer once = {now() + MS, 0};
	struct vcpu_set_periodic_timer period = {MS};
	u64 at = way % 6 == 0	? 0
		 : way % 6 == 1 ? now() - 1
		 : way % 6 == 2 ? now() + 1000
				: now() + 1000u * MS;

	if (way % 6 == 4)
		HCALL(vcpu_op, VCPUOP_set_singleshot_timer, 0, (u32)&once, 0);
	else if (way % 6 == 5)
		HCALL(vcpu_op, VCPUOP_set_periodic_timer, 0, (u32)&period, 0);
	else
		HCALL(set_timer_op, (u32)at, (u32)(at >> 32), 0, 0);
}

void print(const char *s)
{
	u32 n = 0;

	while (s[n])
		n++;
	HCALL(console_io, 0, n, (u32)s, 0);
}

void end(void)
{
	for (;;)
		HCALL(sched_op_compat, SCHEDOP_shutdown, SHUTDOWN_poweroff, 0, 0);
}

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	print(what);
	print(" fails\n");
	HCALL(sched_op_compat, SCHEDOP_shutdown, SHUTDOWN_crash, 0, 0);
}

static u32 port; /* of VIRQ_TIMER; masked: polled for */

/* Sleep until an event comes. @return by how many us that is behind `due` */
static u32 next_event(u64 due)
{
	struct sched_poll p = {.ports = (u32)&port, .nr_ports = 1};
	u64 at;

	while (!(shared->evtchn_pending[port / 32] & 1u << port % 32))
		HCALL(sched_op, SCHEDOP_poll, (u32)&p, 0, 0);
	shared->evtchn_pending[port / 32] &= ~(1u << port % 32);
	at = now();
	must(at >= due, "not before its time");
	return (u32)(at - due) / 1000;
}

#define PERIODIC 1000001u /* ns: no multiple of what the hardware counts */

static void periodic_does_not_drift(u64 until)
{
	struct vcpu_set_periodic_timer t = {PERIODIC}, bad = {MS - 1};
	u32 events = 0, pending;
	u64 start, last;

	must(HCALL(vcpu_op, VCPUOP_set_periodic_timer, 0, (u32)&bad, 0) == -22, "a short period");
	must(!HCALL(vcpu_op, VCPUOP_set_periodic_timer, 0, (u32)&t, 0), "set_periodic_timer");
	start = last = now();
	/* It runs while the vcpu does; what would fall into its absence comes once, afterwards. */
	while (now() < until)
		for (pending = 0; !pending && now() < until;) {
			asm volatile("lock btrl %2, %1\n\tsbbl %0, %0"
				     : "=r"(pending), "+m"(shared->evtchn_pending[port / 32])
				     : "r"(port % 32)
				     : "memory");
			if (pending)
				last = now();
			events += pending & 1;
		}
	print("timers: periodic events=");
	print_number(events);
	print(" of=");
	events = 0;
	for (; start + PERIODIC <= until; start += PERIODIC)
		events++;
	print_number(events);
	print(" last_us="); /* behind the last period's end */
	print_number((u32)(last - start) / 1000);
	must(!HCALL(vcpu_op, VCPUOP_stop_periodic_timer, 0, 0, 0), "stop_periodic_timer");
}

static void singleshots_are_in_time(u64 until)
{
	u64 at = now() + 5 * MS;
	u32 wakes = 0, late, worst = 0;

	for (; at < until; at += 5 * MS + 77777) {
		struct vcpu_set_singleshot_timer t = {at, VCPU_SSHOTTMR_future};

		if (wakes++ % 2)
			must(!HCALL(vcpu_op, VCPUOP_set_singleshot_timer, 0, (u32)&t, 0),
			     "singleshot");
		else
			must(!HCALL(set_timer_op, (u32)at, at >> 32, 0, 0), "set_timer_op");
		late = next_event(at);
		worst = late > worst ? late : worst;
	}
	print(" singleshot events=");
	print_number(wakes);
	print(" worst_us=");
	print_number(worst);
	print("\n");
}

static void refused(void)
{
	struct vcpu_set_singleshot_timer past = {now() - 1, VCPU_SSHOTTMR_future};
	u64 until = now() + 30 * MS;

	must(HCALL(vcpu_op, VCPUOP_set_singleshot_timer, 0, (u32)&past, 0) == -62, "the past");
	must(!HCALL(set_timer_op, (u32)until, until >> 32, 0, 0), "set_timer_op");
	must(!HCALL(vcpu_op, VCPUOP_stop_singleshot_timer, 0, 0, 0), "stop_singleshot_timer");
	shared->evtchn_pending[port / 32] &= ~(1u << port % 32);
	while (now() < until + MS)
		;
	must(!(shared->evtchn_pending[port / 32] & 1u << port % 32), "stopped");
	must(HCALL(vcpu_op, VCPUOP_is_up, 1, 0, 0) == -2, "another vcpu");
}

static void the_books_add_up(void)
{
	struct vcpu_runstate_info r;
	u64 sum = 0, at = now();

	must(!HCALL(vcpu_op, VCPUOP_get_runstate_info, 0, (u32)&r, 0), "get_runstate_info");
	for (u32 i = 0; i < 4; i++)
		sum += r.time[i];
	must(r.state == RUNSTATE_running && r.state_entry_time < at, "its state");
	/* Since it was made, a little after time 0. */
	must(sum < at + MS && sum + 100 * MS > at && r.time[RUNSTATE_blocked] > 20 * MS,
	     "its times");
}

void timers(u64 until)
{
	struct {
		u32 cmd;
		struct evtchn_bind_virq bind;
	} virq = {EVTCHNOP_bind_virq, {VIRQ_TIMER, 0, 0}};

	must(!HCALL(event_channel_op_compat, (u32)&virq, 0, 0, 0), "bind_virq");
	port = virq.bind.port;
	shared->evtchn_mask[port / 32] |= 1u << port % 32;
	periodic_does_not_drift(until / 2);
	singleshots_are_in_time(until - 100 * MS);
	refused();
	the_books_add_up();
}

void main(const struct start_info *si);
void main(const struct start_info *si)
{
	HCALL(update_va_mapping, (u32)page, si->shared_info | 0x63, 0, UVMF_INVLPG);
	live(si->cmd_line);
}

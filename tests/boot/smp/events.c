/*
 * events.c: events for one vcpu from another. A letter lies in the box of whom it is for, and an
 * IPI says so; one for whoever has the roaming port lies in one box for all.
 */
#include "smp.h"

#define POLL_US 1000u

u32 ipi_port[MAX_VCPUS];
static u32 timer_port[MAX_VCPUS], roaming_port, roaming_end;
static volatile u32 owner[NR_EVENT_CHANNELS]; /* of a port: vcpu + 1 */
static volatile u32 box[MAX_VCPUS], roaming_box, roaming_got, moving, arrived, gone;

static u32 take(volatile u32 *word)
{
	return __atomic_exchange_n(word, 0, __ATOMIC_SEQ_CST);
}

static void bind_roaming(void)
{
	struct evtchn_alloc_unbound any = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
	struct evtchn_bind_interdomain both;

	must(evtchn(EVTCHNOP_alloc_unbound, &any) == 0);
	both = (struct evtchn_bind_interdomain){DOMID_SELF, any.port, 0};
	must(evtchn(EVTCHNOP_bind_interdomain, &both) == 0);
	roaming_port = any.port;
	roaming_end = both.local_port;
	owner[roaming_port] = owner[roaming_end] = 1;
}

void bind_events(void)
{
	for (u32 i = 0; i < nr_vcpus; i++) {
		struct evtchn_bind_ipi ipi = {i, 0};
		struct evtchn_bind_virq virq = {VIRQ_TIMER, i, 0};

		must(evtchn(EVTCHNOP_bind_ipi, &ipi) == 0);
		must(evtchn(EVTCHNOP_bind_virq, &virq) == 0);
		must(evtchn(EVTCHNOP_bind_virq, &virq) == -EEXIST);
		ipi_port[i] = ipi.port;
		timer_port[i] = virq.port;
		owner[ipi.port] = owner[virq.port] = i + 1;
	}
	bind_roaming();
}

static void events_off(void)
{
	me()->info->evtchn_upcall_mask = 1;
}

/* What has come meanwhile is delivered by the next entry into the hypervisor. */
static void events_on(void)
{
	me()->info->evtchn_upcall_mask = 0;
	if (me()->info->evtchn_upcall_pending)
		HCALL(xen_version, XENVER_version, 0, 0, 0);
}

/* Nothing can come between the look at `condition` and the block, which lets events in. */
#define block_while(condition)                                                                     \
	for (events_off(); condition; events_off())                                                \
	must(HCALL(sched_op_compat, SCHEDOP_block, 0, 0, 0) == 0)

/* By now it has what it needs to take events. */
void begin_events(void)
{
	must(vcpu_op(VCPUOP_stop_periodic_timer, me()->nr, NULL) == 0);
	events_on();
}

static void handle(struct me *m, u32 port)
{
	if (port == timer_port[m->nr]) {
		m->timers++;
		if (m->deadline && now() < m->deadline)
			m->early++;
		m->deadline = 0;
	} else if (port == ipi_port[m->nr]) {
		m->received += take(&box[m->nr]);
	} else if (port == roaming_port) {
		__atomic_fetch_add(&roaming_got, take(&roaming_box), __ATOMIC_SEQ_CST);
	}
}

/* The words of pending ports are everybody's, so others' ports are left alone. */
void upcall_c(void)
{
	struct me *m = me();
	u32 words, ports;

	m->info->evtchn_upcall_pending = 0;
	words = take(&m->info->evtchn_pending_sel);
	for (u32 w = 0; w < 32; w++) {
		if (!(words & 1u << w))
			continue;
		ports = shared->evtchn_pending[w] & ~shared->evtchn_mask[w];
		for (u32 b = 0; b < 32; b++) {
			if (!(ports & 1u << b) || owner[w * 32 + b] != m->nr + 1)
				continue;
			__atomic_fetch_and(&shared->evtchn_pending[w], ~(1u << b),
					   __ATOMIC_SEQ_CST);
			handle(m, w * 32 + b);
		}
	}
}

static void send(u32 port)
{
	struct evtchn_port p = {port};

	must(evtchn(EVTCHNOP_send, &p) == 0);
}

void send_letter(u32 to)
{
	__atomic_fetch_add(&box[to], 1, __ATOMIC_SEQ_CST);
	me()->sent[to]++;
	send(ipi_port[to]);
}

void send_roaming(void)
{
	__atomic_fetch_add(&roaming_box, 1, __ATOMIC_SEQ_CST);
	me()->roamed++;
	send(roaming_end);
}

/* Masked meanwhile: what comes then is told to the new one by the unmasking. */
void move_roaming(u32 to)
{
	struct {
		u32 port, vcpu;
	} bind = {roaming_port, to};
	struct evtchn_port p = {roaming_port};
	u32 bit = 1u << roaming_port % 32;

	lock(&moving);
	__atomic_fetch_or(&shared->evtchn_mask[roaming_port / 32], bit, __ATOMIC_SEQ_CST);
	must(evtchn(EVTCHNOP_bind_vcpu, &bind) == 0);
	owner[roaming_port] = to + 1;
	must(evtchn(EVTCHNOP_unmask, &p) == 0);
	unlock(&moving);
}

static u64 set_timer(u32 us)
{
	u64 at = now() + us * 1000;

	me()->deadline = at;
	must(HCALL(set_timer_op, (u32)at, at >> 32, 0, 0) == 0);
	return at;
}

void sleep_by_timer(u32 us)
{
	struct me *m = me();
	u64 at = set_timer(us);

	block_while(m->deadline == at);
	events_on();
	must(now() >= at && !m->early);
}

void sleep_by_poll(u32 us)
{
	struct sched_poll p = {(u32)&timer_port[me()->nr], 1, now() + us * 1000};

	must(HCALL(sched_op, SCHEDOP_poll, (u32)&p, 0, 0) == 0);
}

static void gather(volatile u32 *count)
{
	if (__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST) == nr_vcpus)
		for (u32 i = 0; i < nr_vcpus; i++)
			send(ipi_port[i]);
	block_while(*count < nr_vcpus);
}

/* Twice: the second time events are off, so what is in the box still is not counted twice. */
void barrier(void)
{
	struct me *m = me();

	gather(&arrived);
	events_off();
	m->received += take(&box[m->nr]);
	__atomic_fetch_add(&gone, 1, __ATOMIC_SEQ_CST);
	while (gone < nr_vcpus)
		yield();
}

void check_events(void)
{
	u32 roamed = 0, sent;

	for (u32 to = 0; to < nr_vcpus; to++) {
		sent = 0;
		for (u32 from = 0; from < nr_vcpus; from++)
			sent += me_of(from)->sent[to];
		must(me_of(to)->received == sent);
		must(!me_of(to)->early);
		roamed += me_of(to)->roamed;
	}
	must(roaming_got + roaming_box == roamed);
}

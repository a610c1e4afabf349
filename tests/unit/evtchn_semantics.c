/* evtchn_semantics.c: event channels, as a guest of Xen knows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hw/pic.h"
#include "comm/evtchn.h"
#include "dom/account.h"
#include "dom/run.h"
#include "no_trace.h"

static struct vcpu first[3];
static struct domain d, other, manager, *all[] = {&d, &other, &manager};
static struct shared_info shared, others, managers;

struct domain *domain_find(u16 id)
{
	for (u32 i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i]->id == id)
			return all[i];
	return NULL;
}

void *hv_alloc_page(void)
{
	return calloc(1, PAGE_SIZE);
}
void hv_free_page(void *page)
{
	free(page);
}

static bool begin(struct domain *of, u16 id, struct shared_info *info)
{
	memset(of, 0, sizeof(*of));
	memset(info, 0, sizeof(*info));
	of->id = id;
	of->privileged = id == 0;
	of->shared = info;
	of->vcpus = &first[id];
	*of->vcpus = (struct vcpu){.domain = of, .info = &info->vcpu_info[0]};
	return evtchn_create(of);
}

/* No line of a device is at a port here. */
void pic_mask(u32 irq)
{
	(void)irq;
}
void pic_unmask(u32 irq)
{
	(void)irq;
}
void vcpu_wake(struct vcpu *v)
{
	v->blocked = false;
}

static int setup(void **s)
{
	(void)s;
	return begin(&d, 1, &shared) && begin(&other, 2, &others) && begin(&manager, 0, &managers)
		   ? 0
		   : -1;
}
static int teardown(void **s)
{
	(void)s;
	for (u32 i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i]->evtchn)
			evtchn_destroy(all[i]);
	return 0;
}

static u32 bind_virq(u32 virq)
{
	struct evtchn_bind_virq b = {.virq = virq};

	assert_int_equal(evtchn_bind_virq(&d, &b), 0);
	return b.port;
}
static bool pending_in(const struct shared_info *info, u32 port)
{
	return info->evtchn_pending[port / 32] >> port % 32 & 1;
}
static bool pending(u32 port)
{
	return pending_in(&shared, port);
}
/* A port of `of` that waits for domain `remote`. */
static u32 unbound(struct domain *of, u16 remote)
{
	struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = remote};

	assert_int_equal(evtchn_alloc_unbound(of, &a), 0);
	return a.port;
}
static int bind_to(struct domain *local, u16 remote, u32 remote_port, u32 *port)
{
	struct evtchn_bind_interdomain b = {.remote_dom = remote, .remote_port = remote_port};
	int err = evtchn_bind_interdomain(local, &b);

	*port = b.local_port;
	return err;
}

static void a_virq_raises_port_word_and_flag(void **s)
{
	u32 port = bind_virq(VIRQ_TIMER);

	(void)s;
	evtchn_send_virq(d.vcpus, VIRQ_TIMER);
	assert_true(pending(port));
	assert_int_equal(d.vcpus->info->evtchn_pending_sel, 1u << port / 32);
	assert_int_equal(d.vcpus->info->evtchn_upcall_pending, 1);
}

static void an_unbound_virq_goes_nowhere(void **s)
{
	(void)s;
	evtchn_send_virq(d.vcpus, VIRQ_TIMER);
	evtchn_send_virq(d.vcpus, NR_VIRQS + 5);
	assert_int_equal(d.vcpus->info->evtchn_upcall_pending, 0);
}

static void a_masked_port_waits_for_its_unmasking(void **s)
{
	u32 port = bind_virq(VIRQ_CONSOLE);

	(void)s;
	shared.evtchn_mask[port / 32] |= 1u << port % 32;
	evtchn_send_virq(d.vcpus, VIRQ_CONSOLE);
	assert_true(pending(port));
	assert_int_equal(d.vcpus->info->evtchn_upcall_pending, 0);
	assert_int_equal(evtchn_unmask(&d, port), 0);
	assert_int_equal(d.vcpus->info->evtchn_upcall_pending, 1);
}

static void an_event_wakes_a_blocked_vcpu(void **s)
{
	(void)s;
	bind_virq(VIRQ_TIMER);
	d.vcpus->blocked = true;
	evtchn_send_virq(d.vcpus, VIRQ_TIMER);
	assert_false(d.vcpus->blocked);
}

static void a_virq_is_bound_once(void **s)
{
	struct evtchn_bind_virq b = {.virq = VIRQ_TIMER};
	u32 port = bind_virq(VIRQ_TIMER);

	(void)s;
	assert_int_equal(evtchn_bind_virq(&d, &b), -EEXIST);
	assert_int_equal(evtchn_close(&d, port), 0);
	assert_int_equal(evtchn_bind_virq(&d, &b), 0);
	b.virq = NR_VIRQS;
	assert_int_equal(evtchn_bind_virq(&d, &b), -EINVAL);
}

static void a_closed_port_forgets_its_event(void **s)
{
	u32 port = bind_virq(VIRQ_TIMER);

	(void)s;
	evtchn_send_virq(d.vcpus, VIRQ_TIMER);
	evtchn_close(&d, port);
	assert_false(pending(port));
	assert_int_equal(evtchn_send(&d, port), -EINVAL);
	assert_int_equal(evtchn_close(&d, port), -EINVAL);
}

static void a_channel_to_itself_carries_both_ways(void **s)
{
	struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
	struct evtchn_bind_interdomain b = {.remote_dom = DOMID_SELF};
	u32 local;

	(void)s;
	assert_int_equal(evtchn_alloc_unbound(&d, &a), 0);
	assert_int_equal(evtchn_send(&d, a.port), 0); /* nobody there: lost, but no error */
	assert_false(pending(a.port));
	b.remote_port = a.port;
	assert_int_equal(evtchn_bind_interdomain(&d, &b), 0);
	local = b.local_port;
	assert_true(pending(local)); /* whoever binds looks once */
	assert_int_equal(evtchn_send(&d, local), 0);
	assert_true(pending(a.port));
	/* Once connected, it is nobody else's to bind to. */
	assert_int_equal(evtchn_bind_interdomain(&d, &b), -EINVAL);
	assert_int_equal(evtchn_close(&d, a.port), 0);
	assert_int_equal(evtchn_port(&d, local)->state, PORT_UNBOUND);
}

static void a_channel_between_two_carries_both_ways(void **s)
{
	u32 mine = unbound(&d, other.id), theirs;

	(void)s;
	unbound(&other, 9); /* so that the ports' numbers differ */
	assert_int_equal(bind_to(&other, d.id, mine, &theirs), 0);
	assert_int_not_equal(mine, theirs);
	assert_true(pending_in(&others, theirs));
	memset(&others, 0, sizeof(others));
	d.vcpus->blocked = other.vcpus->blocked = true;
	assert_int_equal(evtchn_send(&d, mine), 0);
	assert_true(pending_in(&others, theirs));
	assert_true(others.vcpu_info[0].evtchn_upcall_pending);
	assert_false(other.vcpus->blocked);
	assert_true(d.vcpus->blocked);
	assert_false(pending(mine) || pending(theirs));
	assert_int_equal(evtchn_send(&other, theirs), 0);
	assert_true(pending(mine));
	assert_false(d.vcpus->blocked);
}

static void only_whom_it_waits_for_may_bind(void **s)
{
	u32 port = unbound(&d, 3), theirs;

	(void)s;
	assert_int_equal(bind_to(&other, d.id, port, &theirs), -EINVAL);
	assert_int_equal(bind_to(&manager, d.id, port, &theirs), -EINVAL);
	assert_int_equal(bind_to(&other, d.id, 0, &theirs), -EINVAL);
	assert_int_equal(bind_to(&other, d.id, NR_EVENT_CHANNELS, &theirs), -EINVAL);
	assert_int_equal(bind_to(&other, d.id, bind_virq(VIRQ_TIMER), &theirs), -EINVAL);
	assert_int_equal(bind_to(&other, 77, port, &theirs), -ESRCH);
	assert_int_equal(evtchn_port(&d, port)->state, PORT_UNBOUND);
	assert_null(other.evtchn->page[0]); /* no port was taken for it */
}

static void a_closed_end_leaves_the_other_waiting(void **s)
{
	u32 mine = unbound(&d, other.id), theirs, again;

	(void)s;
	assert_int_equal(bind_to(&other, d.id, mine, &theirs), 0);
	assert_int_equal(evtchn_close(&d, mine), 0);
	assert_int_equal(evtchn_port(&other, theirs)->state, PORT_UNBOUND);
	assert_int_equal(evtchn_send(&other, theirs), 0);
	assert_false(pending(mine));
	assert_int_equal(bind_to(&manager, other.id, theirs, &again), -EINVAL);
	assert_int_equal(bind_to(&d, other.id, theirs, &again), 0);
	assert_int_equal(evtchn_port(&other, theirs)->peer_port, again);
}

static void a_domain_that_goes_leaves_the_others_waiting(void **s)
{
	u32 mine = unbound(&d, other.id), theirs, again;

	(void)s;
	assert_int_equal(bind_to(&other, d.id, mine, &theirs), 0);
	evtchn_destroy(&other);
	assert_int_equal(evtchn_port(&d, mine)->state, PORT_UNBOUND);
	assert_int_equal(evtchn_port(&d, mine)->awaited, other.id);
	assert_int_equal(evtchn_send(&d, mine), 0);
	/* What is left of it has no channels. */
	assert_int_equal(bind_to(&d, other.id, theirs, &again), -ESRCH);
}

static void only_the_manager_acts_for_others(void **s)
{
	struct evtchn_alloc_unbound a = {.dom = d.id, .remote_dom = other.id};
	struct domain *of = NULL;
	u32 port;

	(void)s;
	assert_int_equal(evtchn_alloc_unbound(&other, &a), -EPERM);
	assert_int_equal(evtchn_alloc_unbound(&manager, &a), 0);
	assert_int_equal(evtchn_port(&d, a.port)->awaited, other.id);
	assert_int_equal(bind_to(&other, d.id, a.port, &port), 0);
	/* "Self" is who asks, not who gets the port. */
	a.remote_dom = DOMID_SELF;
	assert_int_equal(evtchn_alloc_unbound(&manager, &a), 0);
	assert_int_equal(evtchn_port(&d, a.port)->awaited, manager.id);
	a.dom = 9;
	assert_int_equal(evtchn_alloc_unbound(&manager, &a), -ESRCH);
	assert_int_equal(evtchn_domain(&d, other.id, &of), -EPERM);
	assert_int_equal(evtchn_domain(&manager, other.id, &of), 0);
	assert_ptr_equal(of, &other);
}

static void a_full_domain_binds_to_nobody(void **s)
{
	u32 port = unbound(&d, other.id), theirs;

	(void)s;
	for (u32 n = 1; n < NR_EVENT_CHANNELS; n++)
		unbound(&other, 9);
	assert_int_equal(bind_to(&other, d.id, port, &theirs), -ENOSPC);
	assert_int_equal(evtchn_port(&d, port)->state, PORT_UNBOUND);
}

static void only_real_ports_are_ports(void **s)
{
	(void)s;
	bind_virq(VIRQ_TIMER);
	assert_int_equal(evtchn_send(&d, 0), -EINVAL);
	assert_int_equal(evtchn_send(&d, NR_EVENT_CHANNELS), -EINVAL);
	assert_int_equal(evtchn_send(&d, ~0u), -EINVAL);
	assert_int_equal(evtchn_unmask(&d, NR_EVENT_CHANNELS), -EINVAL);
	assert_int_equal(evtchn_close(&d, 77), -EINVAL);
}

/* ---- two vcpus ---- */

static struct vcpu second;

static void begin_second(void)
{
	second = (struct vcpu){
	    .domain = &d, .name.vcpu = 1, .info = &shared.vcpu_info[1], .blocked = true};
	d.vcpus->next = &second;
	d.vcpus->blocked = true;
}

static bool told(u32 vcpu)
{
	return shared.vcpu_info[vcpu].evtchn_upcall_pending;
}

static void an_ipi_is_for_the_vcpu_that_it_is_bound_to(void **s)
{
	struct evtchn_bind_ipi b = {.vcpu = 1};

	(void)s;
	assert_int_equal(evtchn_bind_ipi(&d, &b), -ENOENT);
	begin_second();
	assert_int_equal(evtchn_bind_ipi(&d, &b), 0);
	assert_int_equal(evtchn_send(&d, b.port), 0);
	assert_true(told(1) && !told(0));
	assert_true(!second.blocked && d.vcpus->blocked);
	assert_int_equal(evtchn_bind_vcpu(&d, b.port, 0), -EINVAL);
}

static void each_vcpu_has_its_timer(void **s)
{
	struct evtchn_bind_virq first = {.virq = VIRQ_TIMER},
				other = {.virq = VIRQ_TIMER, .vcpu = 1};

	(void)s;
	begin_second();
	assert_int_equal(evtchn_bind_virq(&d, &first), 0);
	assert_int_equal(evtchn_bind_virq(&d, &other), 0);
	assert_int_equal(evtchn_bind_virq(&d, &other), -EEXIST);
	evtchn_send_virq(&second, VIRQ_TIMER);
	assert_true(told(1) && !told(0));
	assert_int_equal(evtchn_close(&d, other.port), 0);
	evtchn_send_virq(d.vcpus, VIRQ_TIMER);
	assert_true(told(0));
	assert_int_equal(evtchn_bind_virq(&d, &other), 0);
	other.virq = VIRQ_CONSOLE;
	assert_int_equal(evtchn_bind_virq(&d, &other), -EINVAL);
}

static void a_channel_goes_where_it_is_moved_to(void **s)
{
	u32 mine = unbound(&d, other.id), theirs;

	(void)s;
	begin_second();
	assert_int_equal(evtchn_bind_vcpu(&d, mine, 2), -ENOENT);
	assert_int_equal(evtchn_bind_vcpu(&d, mine, 1), 0);
	assert_int_equal(bind_to(&other, d.id, mine, &theirs), 0);
	assert_int_equal(evtchn_send(&other, theirs), 0);
	assert_true(told(1) && !told(0));
	/* It stays there when the other end goes and comes again, and not when it is closed. */
	assert_int_equal(evtchn_close(&other, theirs), 0);
	assert_int_equal(evtchn_port(&d, mine)->vcpu, 1);
	assert_int_equal(evtchn_close(&d, mine), 0);
	assert_int_equal(evtchn_port(&d, unbound(&d, other.id))->vcpu, 0);
}

static void any_event_ends_all_polls(void **s)
{
	(void)s;
	bind_virq(VIRQ_TIMER);
	begin_second();
	second.poll_until = ~0ull;
	second.info->evtchn_upcall_mask = 1;
	evtchn_send_virq(d.vcpus, VIRQ_TIMER);
	assert_false(second.blocked);
}

static void there_are_1023_ports(void **s)
{
	struct evtchn_bind_ipi b = {0};
	u32 n = 0;

	(void)s;
	while (evtchn_bind_ipi(&d, &b) == 0)
		n++;
	assert_int_equal(n, NR_EVENT_CHANNELS - 1);
	assert_int_equal(evtchn_bind_ipi(&d, &b), -ENOSPC);
	assert_int_equal(evtchn_send(&d, 1023), 0);
	assert_int_equal(d.vcpus->info->evtchn_pending_sel, 1u << 31);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_virq_raises_port_word_and_flag),
	    T(an_unbound_virq_goes_nowhere),
	    T(a_masked_port_waits_for_its_unmasking),
	    T(an_event_wakes_a_blocked_vcpu),
	    T(a_virq_is_bound_once),
	    T(a_closed_port_forgets_its_event),
	    T(a_channel_to_itself_carries_both_ways),
	    T(a_channel_between_two_carries_both_ways),
	    T(only_whom_it_waits_for_may_bind),
	    T(a_closed_end_leaves_the_other_waiting),
	    T(a_domain_that_goes_leaves_the_others_waiting),
	    T(only_the_manager_acts_for_others),
	    T(a_full_domain_binds_to_nobody),
	    T(only_real_ports_are_ports),
	    T(an_ipi_is_for_the_vcpu_that_it_is_bound_to),
	    T(each_vcpu_has_its_timer),
	    T(a_channel_goes_where_it_is_moved_to),
	    T(any_event_ends_all_polls),
	    T(there_are_1023_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

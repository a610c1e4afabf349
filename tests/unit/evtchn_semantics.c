/* evtchn_semantics.c: event channels, as a guest of Xen knows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "comm/evtchn.h"
#include "mem/frame.h"
#include "no_trace.h"

static struct domain d;
static struct shared_info shared;

void *hv_alloc_page(void)
{
	return calloc(1, PAGE_SIZE);
}
void hv_free_page(void *page)
{
	free(page);
}

static int setup(void **s)
{
	(void)s;
	memset(&d, 0, sizeof(d));
	memset(&shared, 0, sizeof(shared));
	d.id = 1;
	d.shared = &shared;
	d.vcpu.info = &shared.vcpu_info[0];
	d.vcpu.domain = &d;
	return evtchn_create(&d) ? 0 : -1;
}
static int teardown(void **s)
{
	(void)s;
	evtchn_destroy(&d);
	return 0;
}

static u32 bind_virq(u32 virq)
{
	struct evtchn_bind_virq b = {.virq = virq};

	assert_int_equal(evtchn_bind_virq(&d, &b), 0);
	return b.port;
}
static bool pending(u32 port)
{
	return shared.evtchn_pending[port / 32] >> port % 32 & 1;
}

static void a_virq_raises_port_word_and_flag(void **s)
{
	u32 port = bind_virq(VIRQ_TIMER);

	(void)s;
	evtchn_send_virq(&d, VIRQ_TIMER);
	assert_true(pending(port));
	assert_int_equal(d.vcpu.info->evtchn_pending_sel, 1u << port / 32);
	assert_int_equal(d.vcpu.info->evtchn_upcall_pending, 1);
}

static void an_unbound_virq_goes_nowhere(void **s)
{
	(void)s;
	evtchn_send_virq(&d, VIRQ_TIMER);
	evtchn_send_virq(&d, NR_VIRQS + 5);
	assert_int_equal(d.vcpu.info->evtchn_upcall_pending, 0);
}

static void a_masked_port_waits_for_its_unmasking(void **s)
{
	u32 port = bind_virq(VIRQ_CONSOLE);

	(void)s;
	shared.evtchn_mask[port / 32] |= 1u << port % 32;
	evtchn_send_virq(&d, VIRQ_CONSOLE);
	assert_true(pending(port));
	assert_int_equal(d.vcpu.info->evtchn_upcall_pending, 0);
	assert_int_equal(evtchn_unmask(&d, port), 0);
	assert_int_equal(d.vcpu.info->evtchn_upcall_pending, 1);
}

static void an_event_wakes_a_blocked_vcpu(void **s)
{
	(void)s;
	bind_virq(VIRQ_TIMER);
	d.vcpu.blocked = true;
	evtchn_send_virq(&d, VIRQ_TIMER);
	assert_false(d.vcpu.blocked);
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
	evtchn_send_virq(&d, VIRQ_TIMER);
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
	assert_int_equal(d.vcpu.info->evtchn_pending_sel, 1u << 31);
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
	    T(only_real_ports_are_ports),
	    T(there_are_1023_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

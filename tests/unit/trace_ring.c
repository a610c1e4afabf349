/* trace_ring.c: the hypervisor's trace encoder: packets, drops, episodes and classes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "trace/trace.h"

#define PACKETS 3u

static u8 memory[(1 + PACKETS) * TRACE_PACKET_SIZE] __attribute__((aligned(4096)));
static u8 serial[64 * TRACE_PACKET_SIZE];
static u32 serial_len;
static u64 clock;
static struct cpu_regs regs = {.eip = 0x1234, .cs = 0x1B};
static struct vcpu first;
static struct domain dom;

u64 rdtsc(void)
{
	return clock += 10;
}
void uart2_putc(u8 byte);
void uart2_putc(u8 byte)
{
	assert_true(serial_len < sizeof(serial));
	serial[serial_len++] = byte;
}

static struct vcpu *start(bool stream)
{
	memset(memory, 0xAA, sizeof(memory));
	memset(&dom, 0, sizeof(dom));
	serial_len = 0;
	first = (struct vcpu){.domain = &dom};
	dom.vcpus = &first;
	dom.vcpus->regs = &regs;
	dom.vcpus->lane = LANE_APP;
	dom.vcpus->records = ~0u;
	trace_init(memory, sizeof(memory), ~0u, stream, 1000);
	return dom.vcpus;
}

static struct trace_packet *packet(u32 i)
{
	return (void *)(memory + (1 + i) * TRACE_PACKET_SIZE);
}

static void an_event_lies_behind_the_header_of_its_packet(void **state)
{
	struct vcpu *v = start(false);
	struct trace_ring *ring = (void *)memory;
	struct trace_event *e = (void *)(packet(0) + 1);
	struct trace_fields_trap *f = (void *)(e + 1);

	(void)state;
	assert_memory_equal(ring->magic, TRACE_RING_MAGIC, 16);
	assert_int_equal(ring->used, 0);
	trace_trap(v, LANE_APP, LANE_VMM, 14, 6, 0x8048000, 0x1B, 0x40001000);
	assert_int_equal(ring->used, 1);
	assert_int_equal(packet(0)->magic, TRACE_CTF_MAGIC);
	assert_int_equal(e->id, 10);
	assert_int_equal(e->from, LANE_APP);
	assert_int_equal(e->to, LANE_VMM);
	assert_int_equal(f->vec, 14);
	assert_int_equal(f->eip, 0x8048000);
	assert_int_equal(f->va, 0x40001000);
	/* It is being filled: where it ends is where the next event has no id. */
	assert_int_equal(packet(0)->content_size, 0);
	assert_int_equal(((struct trace_event *)(f + 1))->id, 0);
	trace_flush();
	assert_int_equal(packet(0)->content_size,
			 8 * (sizeof(struct trace_packet) + sizeof(*e) + sizeof(*f)));
	assert_true(packet(0)->timestamp_begin <= e->timestamp);
	assert_true(packet(0)->timestamp_end >= e->timestamp);
}

/* No record begins where the longest would not fit. */
static void a_full_ring_drops_and_counts(void **state)
{
	struct vcpu *v = start(false);
	struct trace_ring *ring = (void *)memory;
	u32 size = sizeof(struct trace_event) + sizeof(struct trace_fields_invlpg);
	u32 longest = sizeof(struct trace_event) + sizeof(union trace_fields);
	u32 room = TRACE_PACKET_SIZE - sizeof(struct trace_packet);
	u32 fit = ((room - longest) / size + 1) * PACKETS;

	(void)state;
	for (u32 i = 0; i < fit + 7; i++)
		trace_invlpg(v, LANE_VMM, LANE_VMM, i);
	assert_int_equal(ring->used, PACKETS);
	assert_int_equal(ring->discarded, 7);
	assert_int_equal(packet(PACKETS - 1)->events_discarded, 7);
	assert_int_equal(packet(0)->events_discarded, 0);
	for (u32 i = 0; i < PACKETS; i++) {
		assert_int_equal(packet(i)->packet_seq_num, i);
		assert_int_equal(packet(i)->content_size,
				 8 * (sizeof(struct trace_packet) + fit / PACKETS * size));
	}
}

static void a_class_that_is_off_leaves_nothing(void **state)
{
	struct vcpu *v = start(false);

	(void)state;
	v->records = TRACE_CLASS_trap;
	trace_invlpg(v, LANE_VMM, LANE_VMM, 1);
	assert_int_equal(((struct trace_ring *)memory)->used, 0);
	trace_resume(v, LANE_VMM, LANE_APP, 1, 0x1B);
	assert_int_equal(((struct trace_ring *)memory)->used, 1);
}

static void an_episode_runs_from_leaving_to_resuming(void **state)
{
	struct vcpu *v = start(false);

	(void)state;
	trace_entered(v, LANE_APP);
	assert_int_equal(v->fault, 1);
	trace_trap(v, LANE_APP, LANE_VMM, 14, 0, 0, 0, 0);
	assert_int_equal(v->step, 1);
	trace_left(v, LANE_GUEST);
	trace_entered(v, LANE_GUEST);
	assert_int_equal(v->fault, 1);
	trace_resume(v, LANE_VMM, LANE_APP, 0, 0);
	assert_int_equal(v->step, 2);
	trace_left(v, LANE_APP);
	assert_int_equal(v->fault, 0);
	trace_entered(v, LANE_APP);
	assert_int_equal(v->fault, 2);
}

/* Each is a number of its own, also in a very long episode. */
static void a_record_names_its_vcpu_and_its_step(void **state)
{
	struct vcpu *v = start(false);
	struct trace_event *e = (void *)(packet(0) + 1);

	(void)state;
	v->name.domain = 3;
	v->name.vcpu = 2;
	trace_entered(v, LANE_APP);
	v->step = 0xFFFF;
	trace_invlpg(v, LANE_VMM, LANE_VMM, 1);
	assert_int_equal(e->domain, 3);
	assert_int_equal(e->vcpu, 2);
	assert_int_equal(e->step, 0x10000);
}

static void a_native_return_is_noticed_at_the_next_entry(void **state)
{
	struct vcpu *v = start(false);
	struct trace_event *e = (void *)(packet(0) + 1);

	(void)state;
	trace_entered(v, LANE_APP);
	trace_left(v, LANE_GUEST);
	trace_entered(v, LANE_APP); /* it was put to run in the guest OS */
	assert_int_equal(e->id, 16);
	assert_int_equal(e->from, LANE_GUEST);
	assert_int_equal(e->to, LANE_APP);
	assert_int_equal(e->fault, 1);
	assert_int_equal(v->fault, 2);
}

static void no_two_episodes_have_one_number(void **state)
{
	struct vcpu *v = start(false), other = *v;

	(void)state;
	trace_entered(v, LANE_APP);
	trace_entered(&other, LANE_APP);
	assert_int_equal(v->fault, 1);
	assert_int_equal(other.fault, 2);
}

static void the_serial_port_gets_the_whole_packets_at_the_end(void **state)
{
	struct vcpu *v = start(true);

	(void)state;
	for (u32 i = 0; i < 200; i++)
		trace_invlpg(v, LANE_VMM, LANE_VMM, i);
	assert_int_equal(serial_len, 0);
	trace_flush();
	assert_int_equal(serial_len, 2 * TRACE_PACKET_SIZE);
	assert_memory_equal(serial, packet(0), serial_len);
	trace_invlpg(v, LANE_VMM, LANE_VMM, 0); /* after the flush nothing is recorded */
	trace_flush();
	assert_int_equal(serial_len, 2 * TRACE_PACKET_SIZE);
}

static void classes_are_chosen_by_name(void **state)
{
	const char *bad = NULL;
	u32 classes;

	(void)state;
	assert_true(trace_parse_classes("all", &classes, &bad));
	assert_int_equal(classes, ~0u);
	assert_true(trace_parse_classes("off", &classes, &bad));
	assert_int_equal(classes, 0);
	assert_true(trace_parse_classes("trap,mmu", &classes, &bad));
	assert_int_equal(classes, TRACE_CLASS_trap | TRACE_CLASS_mmu);
	assert_false(trace_parse_classes("trap,mm", &classes, &bad));
	assert_string_equal(bad, "mm");
	assert_false(trace_parse_classes("trap,mmuu", &classes, &bad));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_event_lies_behind_the_header_of_its_packet),
	    cmocka_unit_test(a_full_ring_drops_and_counts),
	    cmocka_unit_test(a_class_that_is_off_leaves_nothing),
	    cmocka_unit_test(an_episode_runs_from_leaving_to_resuming),
	    cmocka_unit_test(a_record_names_its_vcpu_and_its_step),
	    cmocka_unit_test(a_native_return_is_noticed_at_the_next_entry),
	    cmocka_unit_test(no_two_episodes_have_one_number),
	    cmocka_unit_test(the_serial_port_gets_the_whole_packets_at_the_end),
	    cmocka_unit_test(classes_are_chosen_by_name),
	};

	return cmocka_run_group_tests_name("trace_ring", tests, NULL, NULL);
}

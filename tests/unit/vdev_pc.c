/* vdev_pc.c: the virtual PC: priorities of the PIC, the PIT over long times, the UART, the ports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "comm/evtchn.h"
#include "dev/devices.h"
#include "dev/vdev.h"
#include "dom/domain.h"
#include "dom/time.h"
#include "insn_scale.h"
#include "mem/frame.h"
#include "no_trace.h"

static u64 now;
static struct vcpu first;
static struct domain dom;
static struct vcpu *const v = &first;
static char console[64];
static u32 printed;
static int killed; /* reason + 1 */
static u32 kill_code;

u64 system_time(void)
{
	return now;
}
void timer_rearm(void)
{
}
void *hv_alloc_page(void)
{
	return calloc(1, PAGE_SIZE);
}
void hv_free_page(void *page)
{
	free(page);
}
void evtchn_set_pending(struct domain *d, u32 port)
{
	(void)d, (void)port; /* there is no disk */
}
void vdev_console_output(struct vcpu *u, u8 byte)
{
	(void)u;
	console[printed++ % sizeof(console)] = byte;
}
void domain_kill(struct domain *d, u8 reason, u32 code, const char *text)
{
	(void)d, (void)text;
	killed = reason + 1;
	kill_code = code;
}

static void out(u16 port, u8 val)
{
	vdev_out(v, port, 1, val);
}
static u8 in(u16 port)
{
	return vdev_in(v, port, 1);
}

/* A machine whose PICs are at vectors 32 and 40, all lines enabled. */
static int start(void **state)
{
	(void)state;
	now = 12345;
	printed = killed = 0;
	memset(&dom, 0, sizeof(dom));
	first = (struct vcpu){.domain = &dom};
	dom.vcpus = v;
	dom.nr_pages = 4096;
	dom.vdev = vdev_create(now);
	out(0x20, 0x11), out(0xA0, 0x11);
	out(0x21, 0x20), out(0xA1, 0x28);
	out(0x21, 0x04), out(0xA1, 0x02);
	out(0x21, 0x01), out(0xA1, 0x01);
	out(0x21, 0x00), out(0xA1, 0x00);
	return 0;
}
static int end(void **state)
{
	(void)state;
	free(dom.vdev);
	return 0;
}

/* A PIC pair by itself, set up alike. */
static void pics(struct vpics *p, u8 icw4)
{
	vpic_reset(p);
	for (u32 chip = 0; chip < 2; chip++) {
		vpic_out(p, chip, false, 0x11);
		vpic_out(p, chip, true, 0x20 + 8 * chip);
		vpic_out(p, chip, true, 4);
		vpic_out(p, chip, true, icw4);
		vpic_out(p, chip, true, 0);
	}
}
static void edge(struct vpics *p, u32 irq)
{
	vpic_line(p, irq, false);
	vpic_line(p, irq, true);
}

static void lower_lines_have_higher_priority(void **state)
{
	struct vpics p;

	(void)state;
	pics(&p, 1);
	edge(&p, 5);
	edge(&p, 3);
	edge(&p, 12);
	assert_int_equal(vpic_ack(&p), 0x2C); /* the cascade is line 2 */
	edge(&p, 1);
	assert_int_equal(vpic_ack(&p), 0x21); /* interrupts the one in service */
	assert_false(vpic_pending(&p));	      /* 3 and 5 do not */
	vpic_out(&p, 0, false, 0x20);	      /* ends 1 */
	assert_false(vpic_pending(&p));
	vpic_out(&p, 1, false, 0x20); /* ends 12, in both chips */
	assert_false(vpic_pending(&p));
	vpic_out(&p, 0, false, 0x20);
	assert_int_equal(vpic_ack(&p), 0x23);
	vpic_out(&p, 0, false, 0x63); /* specific */
	assert_int_equal(vpic_ack(&p), 0x25);
	vpic_out(&p, 0, false, 0x20);
	assert_false(vpic_pending(&p));
}

static void a_specific_end_of_interrupt_ends_just_that(void **state)
{
	struct vpics p;

	(void)state;
	pics(&p, 1);
	edge(&p, 4);
	assert_int_equal(vpic_ack(&p), 0x24);
	edge(&p, 1);
	assert_int_equal(vpic_ack(&p), 0x21);
	vpic_out(&p, 0, false, 0x64); /* the lower one first */
	vpic_out(&p, 0, false, 0x0B); /* read in-service */
	assert_int_equal(vpic_in(&p, 0, false), 0x02);
	vpic_out(&p, 0, false, 0x20);
	assert_int_equal(vpic_in(&p, 0, false), 0x00);
	vpic_out(&p, 0, false, 0x0A); /* read requests */
	edge(&p, 6);
	assert_int_equal(vpic_in(&p, 0, false), 0x40);
}

static void a_masked_line_waits_and_a_level_asks_once(void **state)
{
	struct vpics p;

	(void)state;
	pics(&p, 1);
	vpic_out(&p, 0, true, 0x10);
	assert_int_equal(vpic_in(&p, 0, true), 0x10);
	edge(&p, 4);
	assert_false(vpic_pending(&p));
	vpic_out(&p, 0, true, 0);
	assert_int_equal(vpic_ack(&p), 0x24);
	vpic_out(&p, 0, false, 0x20);
	vpic_line(&p, 4, true); /* still high: no edge */
	assert_false(vpic_pending(&p));
	edge(&p, 4);
	assert_true(vpic_pending(&p));
	vpic_out(&p, 1, true, 0xFF);
	edge(&p, 8);
	assert_int_equal(vpic_ack(&p), 0x24); /* masked in the second chip */
}

static void initialization_forgets_and_masks_nothing(void **state)
{
	struct vpics p;

	(void)state;
	vpic_reset(&p);
	edge(&p, 0);
	assert_false(vpic_pending(&p)); /* as a BIOS leaves it: masked */
	pics(&p, 1);
	assert_false(vpic_pending(&p));
	assert_int_equal(vpic_in(&p, 0, false), 0);
}

static void automatic_end_of_interrupt_and_rotation(void **state)
{
	struct vpics p;

	(void)state;
	pics(&p, 3);
	edge(&p, 4);
	edge(&p, 6);
	assert_int_equal(vpic_ack(&p), 0x24);
	assert_int_equal(vpic_ack(&p), 0x26); /* nothing is in service */
	pics(&p, 1);
	edge(&p, 4);
	vpic_ack(&p);
	vpic_out(&p, 0, false, 0xA0); /* end, and 4 becomes the lowest */
	edge(&p, 4);
	edge(&p, 5);
	assert_int_equal(vpic_ack(&p), 0x25);
	vpic_out(&p, 0, false, 0xC0 | 7); /* priorities as ever */
	vpic_out(&p, 0, false, 0x20);
	assert_int_equal(vpic_ack(&p), 0x24);
}

static void special_mask_mode_lets_lower_lines_in(void **state)
{
	struct vpics p;

	(void)state;
	pics(&p, 1);
	edge(&p, 2 + 1);
	vpic_ack(&p);
	edge(&p, 5);
	assert_false(vpic_pending(&p));
	vpic_out(&p, 0, true, 0x08);
	vpic_out(&p, 0, false, 0x68);
	assert_int_equal(vpic_ack(&p), 0x25);
}

static void polling_acknowledges(void **state)
{
	struct vpics p;

	(void)state;
	pics(&p, 1);
	edge(&p, 6);
	vpic_out(&p, 0, false, 0x0C);
	assert_int_equal(vpic_in(&p, 0, false), 0x86);
	assert_false(vpic_pending(&p));
	vpic_out(&p, 0, false, 0x0C);
	assert_int_equal(vpic_in(&p, 0, false), 0);
}

static void set_rate(u32 divisor, u8 mode)
{
	out(0x43, 0x30 | mode << 1);
	out(0x40, divisor);
	out(0x40, divisor >> 8);
}

/* Run for `seconds`, waking at each deadline plus some lateness; count the interrupts. */
static u64 run_timer(u32 seconds, u32 lateness, u32 *seed)
{
	u64 until = now + (u64)seconds * NS_PER_SECOND, count = 0;

	for (;;) {
		u64 at = vdev_deadline(dom.vdev);

		assert_true(at != SCHED_NEVER);
		if (at > until)
			break;
		if (at > now)
			now = at;
		if (lateness)
			now += test_random(seed) % lateness;
		vdev_advance(dom.vdev, now);
		assert_true(vdev_intr_pending(dom.vdev));
		assert_int_equal(vdev_intr_ack(dom.vdev), 0x20);
		out(0x20, 0x20);
		count++;
	}
	if (now < until)
		now = until;
	return count;
}

static void the_periodic_timer_does_not_drift(void **state)
{
	static const u32 divisors[] = {11932, 1193, 65536, 59659, 2, 1000};
	u32 seed = test_seed();

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(divisors); k++)
		for (u32 mode = 2; mode <= 3; mode++) {
			u32 seconds = divisors[k] < 100 ? 1 : 60 * test_scale();
			u64 count, ticks = (u64)seconds * PIT_HZ;

			set_rate(divisors[k], mode);
			count = run_timer(seconds, divisors[k] < 100 ? 0 : 200000, &seed);
			assert_int_equal(count, ticks / divisors[k]);
		}
}

static void the_deadline_is_the_first_nanosecond_of_its_tick(void **state)
{
	u32 seed = test_seed();
	struct vclock c;

	(void)state;
	vclock_init(&c, 777);
	for (u32 n = 0; n < 10000 * test_scale(); n++) {
		u64 t = 777 + c.base_ns - c.origin + test_random(&seed) * 3ull, tick;

		vclock_advance(&c, t);
		tick = vclock_ticks(&c, t) + 1 + test_random(&seed) % 65536;
		assert_true(vclock_ticks(&c, vclock_ns(&c, tick)) == tick);
		assert_true(vclock_ticks(&c, vclock_ns(&c, tick) - 1) == tick - 1);
	}
}

static void division_is_exact(void **state)
{
	u32 seed = test_seed();

	(void)state;
	for (u32 n = 0; n < 10000 * test_scale(); n++) {
		u64 a = (u64)test_random(&seed) << 36 ^ (u64)test_random(&seed) << 10, q = a;
		u32 b = test_random(&seed) % 5 ? test_random(&seed) | 1 : 0xFFFFFFFF;
		u32 r = div_u64(&q, b);

		assert_true(q == a / b && r == a % b);
	}
}

static void one_shot_comes_once(void **state)
{
	(void)state;
	set_rate(1193, 0);
	assert_int_equal(vdev_deadline(dom.vdev), 12345 + 999848);
	vdev_advance(dom.vdev, now + 999847);
	assert_false(vdev_intr_pending(dom.vdev));
	vdev_advance(dom.vdev, now + 999848);
	assert_true(vdev_intr_pending(dom.vdev));
	assert_int_equal(vdev_deadline(dom.vdev), SCHED_NEVER);
}

static void missed_ticks_are_one_interrupt_and_the_beat_stays(void **state)
{
	(void)state;
	set_rate(11932, 2); /* 10 ms, nearly */
	vdev_advance(dom.vdev, now + 95000000);
	assert_int_equal(vdev_intr_ack(dom.vdev), 0x20);
	out(0x20, 0x20);
	assert_false(vdev_intr_pending(dom.vdev));
	/* The tenth period ends where it would have. */
	assert_int_equal(vdev_deadline(dom.vdev),
			 12345 + (119320ull * NS_PER_SECOND + PIT_HZ - 1) / PIT_HZ);
}

static void a_masked_timer_needs_no_alarm(void **state)
{
	(void)state;
	set_rate(11932, 2);
	out(0x21, 0x01);
	assert_int_equal(vdev_deadline(dom.vdev), SCHED_NEVER);
	now += 25000000;
	out(0x21, 0x00); /* it has been due meanwhile */
	assert_true(vdev_intr_pending(dom.vdev));
}

static u32 read_counter(u16 port)
{
	u32 low = in(port);

	return low | in(port) << 8;
}

static void counts_can_be_read(void **state)
{
	u8 status;

	(void)state;
	set_rate(10000, 2);
	now += 1000000;	 /* 1193 ticks */
	out(0x43, 0x00); /* latch */
	now += 1000000;
	assert_int_equal(read_counter(0x40), 10000 - 1193);
	assert_int_equal(read_counter(0x40), 10000 - 2386);
	set_rate(10000, 3);
	now += 1000000;
	assert_int_equal(read_counter(0x40), 10000 - 2 * 1193);
	out(0x43, 0xC2); /* read back status and count of channel 0 */
	status = in(0x40);
	assert_int_equal(status, 0x80 | 0x30 | 3 << 1);
	assert_int_equal(read_counter(0x40), 10000 - 2 * 1193);
	now += 5000000;
	out(0x43, 0xE2); /* status only: the output is low in the second half */
	assert_int_equal(in(0x40) & 0x80, 0);
}

static void the_speaker_gate_times_a_delay(void **state)
{
	u32 polls = 0;

	(void)state;
	out(0x61, (in(0x61) & ~2) | 1);
	out(0x43, 0xB0); /* channel 2, mode 0 */
	out(0x42, 11932 & 0xFF);
	out(0x42, 11932 >> 8);
	while (!(in(0x61) & 0x20)) {
		now += 100000;
		polls++;
	}
	assert_int_equal(polls, 101);
}

static void the_uart_prints_and_tells(void **state)
{
	(void)state;
	out(0x3FB, 0x80); /* divisor */
	out(0x3F8, 1), out(0x3F9, 0);
	out(0x3FB, 0x03);
	assert_int_equal(printed, 0);
	assert_int_equal(in(0x3FD), 0x60);
	out(0x3F8, 'x');
	vdev_out(v, 0x3F8, 1, 'y');
	assert_memory_equal(console, "xy", 2);
	assert_false(vdev_intr_pending(dom.vdev));
	out(0x3FC, 0x0B);
	out(0x3F9, 0x02); /* transmitter empty */
	assert_int_equal(vdev_intr_ack(dom.vdev), 0x24);
	assert_int_equal(in(0x3FA), 0x02);
	assert_int_equal(in(0x3FA), 0x01);
	out(0x20, 0x20);
	assert_false(vdev_intr_pending(dom.vdev));
	out(0x3F8, 'z'); /* empty again */
	assert_true(vdev_intr_pending(dom.vdev));
}

static void the_uart_receives(void **state)
{
	(void)state;
	vdev_console_input(dom.vdev, 'a');
	assert_false(vdev_intr_pending(dom.vdev)); /* nobody asked */
	out(0x3FC, 0x08);
	out(0x3FA, 0x07); /* FIFOs on, and emptied */
	assert_int_equal(in(0x3FD) & 1, 0);
	out(0x3F9, 0x01);
	for (u32 k = 0; k < 40; k++)
		vdev_console_input(dom.vdev, 'A' + k);
	assert_int_equal(vdev_intr_ack(dom.vdev), 0x24);
	assert_int_equal(in(0x3FA), 0xC4);
	for (u32 k = 0; k < 40; k++) {
		assert_int_equal(in(0x3FD) & 1, 1);
		assert_int_equal(in(0x3F8), 'A' + k);
	}
	assert_int_equal(in(0x3FD) & 1, 0);
	assert_int_equal(in(0x3FA), 0xC1);
	out(0x20, 0x20);
	vdev_console_input(dom.vdev, 'b');
	assert_true(vdev_intr_pending(dom.vdev));
	for (u32 k = 0; k < 300; k++)
		vdev_console_input(dom.vdev, 'c');
	assert_int_equal(in(0x3FD) & 2, 2); /* overrun */
	assert_int_equal(in(0x3FD) & 2, 0);
	out(0x3FC, 0x10); /* loopback, as drivers look for a UART */
	out(0x3FA, 0x02);
	out(0x3F8, 'q');
	assert_int_equal(in(0x3F8), 'q');
	assert_int_equal(printed, 0);
	out(0x3FC, 0x1A);
	assert_int_equal(in(0x3FE), 0x90);
}

static void the_clock_begins_in_2003(void **state)
{
	(void)state;
	out(0x70, 9);
	assert_int_equal(in(0x71), 0x03);
	out(0x70, 8);
	assert_int_equal(in(0x71), 0x10);
	out(0x70, 7);
	assert_int_equal(in(0x71), 0x19);
	now += (86400ull * 12 + 3600 * 13 + 61) * NS_PER_SECOND;
	assert_int_equal(in(0x71), 0x31);
	out(0x70, 4);
	assert_int_equal(in(0x71), 0x13);
	out(0x70, 0);
	assert_int_equal(in(0x71), 0x01);
	now += 86400ull * 123 * NS_PER_SECOND; /* leap day: 2004-03-02 */
	out(0x70, 7);
	assert_int_equal(in(0x71), 0x02);
	out(0x70, 8);
	assert_int_equal(in(0x71), 0x03);
	out(0x70, 0x17);
	assert_int_equal(in(0x71), (15 * 1024) & 0xFF);
}

static void some_ports_end_the_machine_and_others_do_nothing(void **state)
{
	(void)state;
	vdev_out(v, 0x80, 1, 1);
	vdev_out(v, 0x8900, 1, 'S');
	assert_int_equal(killed, 0);
	assert_int_equal(vdev_in(v, 0x1F7, 1), 0xFF);
	assert_int_equal(vdev_in(v, 0xCF8, 4), 0xFFFFFFFF);
	vdev_out(v, 0xF4, 4, 3);
	assert_true(killed == END_poweroff + 1 && kill_code == 3);
	out(0x64, 0xFE);
	assert_int_equal(killed, END_reboot + 1);
	vdev_out(v, 0x604, 2, 0x2000);
	assert_int_equal(killed, END_poweroff + 1);
	vdev_out(v, 0x3D4, 2, 0x340E); /* index and value at once */
	out(0x3D4, 0x0E);
	assert_int_equal(in(0x3D5), 0x34);
}

int main(void)
{
#define PC_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lower_lines_have_higher_priority),
	    cmocka_unit_test(a_specific_end_of_interrupt_ends_just_that),
	    cmocka_unit_test(a_masked_line_waits_and_a_level_asks_once),
	    cmocka_unit_test(initialization_forgets_and_masks_nothing),
	    cmocka_unit_test(automatic_end_of_interrupt_and_rotation),
	    cmocka_unit_test(special_mask_mode_lets_lower_lines_in),
	    cmocka_unit_test(polling_acknowledges),
	    PC_TEST(the_periodic_timer_does_not_drift),
	    cmocka_unit_test(the_deadline_is_the_first_nanosecond_of_its_tick),
	    cmocka_unit_test(division_is_exact),
	    PC_TEST(one_shot_comes_once),
	    PC_TEST(missed_ticks_are_one_interrupt_and_the_beat_stays),
	    PC_TEST(a_masked_timer_needs_no_alarm),
	    PC_TEST(counts_can_be_read),
	    PC_TEST(the_speaker_gate_times_a_delay),
	    PC_TEST(the_uart_prints_and_tells),
	    PC_TEST(the_uart_receives),
	    PC_TEST(the_clock_begins_in_2003),
	    PC_TEST(some_ports_end_the_machine_and_others_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

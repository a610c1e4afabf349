/* trace_loop.c: what repeats at the end of a hung run is found, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "read/loop.h"
#include "trace_synth.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define U(x) ((u64)(x))

static void fault(struct synth *s, u32 eip, u32 va)
{
	synth_event(s, 10, EV_trap, LANE_guest, LANE_vmm, U(14), U(2), U(eip), U(9), U(va));
	synth_event(s, 10, EV_walk, LANE_vmm, LANE_vmm, U(va), U(0), U(0), U(2));
	synth_event(s, 10, EV_resume, LANE_vmm, LANE_guest, U(eip), U(9));
}

static bool found(const struct synth *s, struct loop *l, struct sb *first)
{
	struct turns turns;
	struct trace t;
	struct err err;
	bool yes;

	assert_int_equal(synth_open(s, &t, &err), 0);
	turns_of_trace(&t, &turns);
	yes = loop_find(&turns, l);
	sb_free(first);
	if (yes)
		turn_format(first, &turns.v[l->first]);
	turns_free(&turns);
	trace_close(&t);
	return yes;
}

static void a_fault_that_repeats_is_found(void **state)
{
	struct sb first = {0};
	struct synth s;
	struct loop l;

	(void)state;
	synth_begin(&s, 1);
	synth_esx_walk(&s, 1, SYNTH_VA);
	for (int i = 0; i < 7; i++)
		fault(&s, 0xC0101000, 0x40001000);
	assert_true(found(&s, &l, &first));
	assert_int_equal(l.period, 1);
	assert_int_equal(l.rounds, 7);
	assert_false(l.va_varies);
	assert_string_equal(first.s,
			    "#PF (error 2) at 0x40001000, by the instruction at 0xc0101000 "
			    "of the guest OS");
	synth_free(&s);
	sb_free(&first);
}

/* A run may be stopped in the middle of a round; and a device's interrupt is no part of it. */
static void a_round_may_be_long_and_cut_off(void **state)
{
	struct sb first = {0};
	struct synth s;
	struct loop l;

	(void)state;
	synth_begin(&s, 1);
	for (u32 i = 0; i < 20; i++) {
		fault(&s, 0xC0101000 + i % 3, 0x40001000);
		synth_event(&s, 5, EV_irq, LANE_guest, LANE_vmm, U(32), U(0xC0100000 + i), U(9));
	}
	assert_true(found(&s, &l, &first));
	assert_int_equal(l.period, 3);
	assert_int_equal(l.rounds, 6);
	synth_free(&s);
	sb_free(&first);
}

static void an_address_that_changes_is_told(void **state)
{
	struct sb first = {0};
	struct synth s;
	struct loop l;

	(void)state;
	synth_begin(&s, 1);
	for (u32 i = 0; i < 9; i++)
		fault(&s, 0xC0101000, 0xC0800000 - i * 4);
	assert_true(found(&s, &l, &first));
	assert_true(l.va_varies);
	assert_int_equal(l.rounds, 9);
	synth_free(&s);
	sb_free(&first);
}

static void what_ends_or_goes_on_is_no_loop(void **state)
{
	struct sb first = {0};
	struct synth s;
	struct loop l;

	(void)state;
	synth_begin(&s, 1);
	assert_false(found(&s, &l, &first));
	for (u32 i = 0; i < 100; i++)
		fault(&s, 0xC0101000 + i * 7, 0x40001000);
	assert_false(found(&s, &l, &first));
	for (u32 i = 0; i < LOOP_FEWEST - 1; i++)
		fault(&s, 0xC0102000, 0x40001000);
	assert_false(found(&s, &l, &first));
	for (u32 i = 0; i < 10; i++)
		fault(&s, 0xC0102000, 0x40001000);
	fault(&s, 0xC0103000, 0x40001000);
	assert_false(found(&s, &l, &first));
	synth_free(&s);
}

static const char entry[] = "   %u: v=0e e=0002 i=0 cpl=%u IP=0009:c0101000 pc=c0101000 "
			    "SP=0011:c0300000 CR2=40001000\n";

static void a_log_alone_is_enough(void **state)
{
	char path[] = "/tmp/trace_loop-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct turns turns;
	struct qemulog log;
	struct sb b = {0};
	struct err err;
	struct loop l;

	(void)state;
	assert_non_null(f);
	for (u32 i = 0; i < 6; i++) {
		fprintf(f, entry, i, i ? 1u : 3u);
		fprintf(f,
			"Servicing hardware INT=0x20\n   %u: v=20 e=0000 i=0 cpl=1 "
			"IP=0009:c0101000 pc=c0101000 SP=0011:c0300000\n",
			i);
	}
	fclose(f);
	assert_int_equal(qemulog_open(&log, path, &err), 0);
	assert_int_equal(turns_of_log(&log, &turns, &err), 0);
	assert_true(loop_find(&turns, &l));
	assert_int_equal(l.rounds, 5);
	assert_int_equal(turns.irqs, 6);
	turn_format(&b, &turns.v[l.first]);
	assert_string_equal(
	    b.s, "#PF (error 2) at 0x40001000, by the instruction at 0xc0101000 of ring 1");
	sb_free(&b);
	turns_free(&turns);
	qemulog_close(&log);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_fault_that_repeats_is_found),
	    cmocka_unit_test(a_round_may_be_long_and_cut_off),
	    cmocka_unit_test(an_address_that_changes_is_told),
	    cmocka_unit_test(what_ends_or_goes_on_is_no_loop),
	    cmocka_unit_test(a_log_alone_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

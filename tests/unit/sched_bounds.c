/*
 * sched_bounds.c: what BVT promises, measured from outside: shares, lag, sleep, warp, preemption.
 *
 * Why the bounds hold: whoever is chosen has the least A of all, and goes on until it is C ahead.
 * So a runnable unit is never further ahead of another than by C * its mcu_advance, and one mcu,
 * since mcu are charged whole. A warped one can be W further ahead (Duda and Cheriton, section 2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "insn_scale.h"
#include "sched/sched.h"

#define UNITS	 100
#define MS	 1000000ull
#define SECOND	 (1000 * MS)
#define ADVANCES 40 /* mcu_advance: 1 to that */
#define C	 (5 * MS)
/* C, and the parts of an mcu that two have not been charged for. */
#define CHARGED (C + 2 * MCU_NS)

static u32 x;
static struct sched s;
static struct sched_unit unit[UNITS];
static u32 advance[UNITS];
static u64 from[UNITS]; /* what it had had when the measurement began */
static int nr;
static u64 now, switches, shortest;

static u32 below(u32 n)
{
	return test_random(&x) % n;
}

/* How far its clock has gone since the measurement began, in ns of an advance of 1. */
static s64 clock_of(int i)
{
	return (s64)(unit[i].ran - from[i]) * advance[i];
}

static void measure_from_here(void)
{
	for (int i = 0; i < nr; i++)
		from[i] = unit[i].ran;
}

static void set(int i, struct sched_params p)
{
	advance[i] = p.mcu_advance;
	assert_true(s.ops->set(&s, &unit[i], &p, now));
}

static void start(int n)
{
	now = 1000 + below(1 << 20);
	nr = n;
	sched_init(&s, &sched_bvt, now);
	for (int i = 0; i < nr; i++) {
		s.ops->add(&s, &unit[i]);
		set(i, (struct sched_params){.mcu_advance = 1 + below(ADVANCES)});
	}
	measure_from_here();
}

static void all_wake(void)
{
	for (int i = 0; i < nr; i++)
		s.ops->wake(&s, &unit[i], now);
	s.ops->pick(&s, now);
}

/* Everybody runs as long as he may. `check` is called whenever it is decided. */
static void run_until(u64 end, void (*check)(void))
{
	u64 at, since = now;

	while ((at = s.ops->deadline(&s)) < end) {
		struct sched_unit *last = s.running;

		assert_true(at > now || at == since);
		now = at;
		s.ops->pick(&s, now);
		if (s.running != last) {
			switches++;
			if (now - since < shortest)
				shortest = now - since;
			since = now;
		}
		if (check)
			check();
	}
	now = end;
	s.ops->charge(&s, now);
	if (check)
		check();
}

/* No pair is further apart than the ahead one's allowance. */
static void nobody_is_far_ahead(void)
{
	s64 least = INT64_MAX;

	for (int i = 0; i < nr; i++)
		if (clock_of(i) < least)
			least = clock_of(i);
	for (int i = 0; i < nr; i++)
		assert_true(clock_of(i) - least <= (s64)CHARGED * advance[i] + ADVANCES * MCU_NS);
}

static void shares_follow_the_weights(void **state)
{
	(void)state;
	x = test_seed();
	for (u32 n = 0; n < 20 * test_scale(); n++) {
		double weights = 0, begin, share;

		start(2 + below(n % 4 ? 10 : UNITS - 1));
		all_wake();
		begin = now;
		switches = 0;
		shortest = SCHED_NEVER;
		run_until(now + 30 * SECOND, nobody_is_far_ahead);
		for (int i = 0; i < nr; i++)
			weights += 1.0 / advance[i];
		for (int i = 0; i < nr; i++) {
			share = (now - begin) / advance[i] / weights;
			assert_true(unit[i].ran <= share + CHARGED + ADVANCES * MCU_NS);
			assert_true(unit[i].ran + nr * (CHARGED + ADVANCES * MCU_NS) >= share);
		}
		/* And a unit runs for C, or nearly: nobody else has claim enough before. */
		assert_true(shortest + 2 * MCU_NS >= C);
		assert_true(switches <= (now - begin) / (C - 2 * MCU_NS));
	}
}

/* One sleeps while the others run, or all do, or one runs alone: nobody has saved up time, and
 * nobody has to pay for time that nobody else wanted. */
static void sleep_is_no_credit(void **state)
{
	(void)state;
	x = test_seed();
	for (u32 n = 0; n < 60 * test_scale(); n++) {
		start(3 + below(6));
		switch (below(3)) {
		case 0:
			for (int i = 1; i < nr; i++)
				s.ops->wake(&s, &unit[i], now);
			break;
		case 1:
			s.ops->wake(&s, &unit[1], now);
			break;
		}
		s.ops->pick(&s, now);
		run_until(now + below(1000) * SECOND, NULL);
		if (below(2)) {
			for (int i = 0; i < nr; i++)
				s.ops->sleep(&s, &unit[i], now);
			now += below(1000) * SECOND;
		}
		all_wake();
		measure_from_here();
		run_until(now + SECOND + below(1000) * MS, NULL);
		for (int i = 0; i < nr; i++)
			for (int k = 0; k < nr; k++)
				assert_true(clock_of(i) - clock_of(k) <=
					    (s64)CHARGED * (advance[i] + advance[k]));
	}
}

/* W is as much as a unit may be ahead: so it runs at once when it wakes, whoever runs. */
static void who_wakes_warped_runs_first(void **state)
{
	(void)state;
	x = test_seed();
	for (u32 n = 0; n < 200 * test_scale(); n++) {
		struct sched_params p = {.warpback = true};

		start(2 + below(20));
		all_wake();
		run_until(now + below(300) * MS, NULL);
		s.ops->sleep(&s, &unit[0], now);
		p.mcu_advance = advance[0];
		p.warpvalue = 1 + CHARGED / MCU_NS * advance[0]; /* it may be ahead itself */
		set(0, p);
		s.ops->pick(&s, now);
		run_until(now + below(300) * MS, NULL);
		assert_true(s.ops->wake(&s, &unit[0], now));
		assert_ptr_equal(s.ops->pick(&s, now), &unit[0]);
		/* Until its limit, or until its E is C beyond the others. */
		assert_true(s.ops->deadline(&s) >= now + C);
	}
}

static void a_warp_ends_at_its_limit_and_rests(void **state)
{
	struct sched_params p = {.mcu_advance = 10, .warpback = true, .warpvalue = 1u << 31};
	u64 end;

	(void)state;
	x = test_seed();
	for (u32 n = 0; n < 200 * test_scale(); n++) {
		start(2 + below(5));
		p.warpl = 1 + below(30 * MS);
		p.warpu = 1 + below(30) * MS;
		for (int i = 1; i < nr; i++)
			s.ops->wake(&s, &unit[i], now);
		set(0, p);
		/* What it runs at a stretch ends L after it has woken, and the others are next. */
		assert_true(s.ops->wake(&s, &unit[0], now));
		assert_ptr_equal(s.ops->pick(&s, now), &unit[0]);
		assert_int_equal(s.ops->deadline(&s), now + p.warpl);
		if (below(2)) { /* also in two parts */
			u64 part = below(p.warpl);

			now += part;
			s.ops->charge(&s, now);
			assert_int_equal(s.ops->deadline(&s), now + p.warpl - part);
		}
		end = now = s.ops->deadline(&s);
		s.ops->pick(&s, now);
		assert_false(unit[0].warped);
		if (p.warpl > CHARGED)
			assert_ptr_not_equal(s.running, &unit[0]);
		/* For U it wakes as any other; then it warps again. */
		now += below(p.warpu);
		s.ops->sleep(&s, &unit[0], now);
		s.ops->pick(&s, now);
		now = end + p.warpu - 1;
		s.ops->wake(&s, &unit[0], now);
		assert_false(unit[0].warped);
		s.ops->sleep(&s, &unit[0], now);
		s.ops->pick(&s, now);
		now = end + p.warpu;
		assert_true(s.ops->wake(&s, &unit[0], now));
		assert_ptr_equal(s.ops->pick(&s, now), &unit[0]);
		/* Asked to end, it ends at once. */
		p.warpback = false;
		set(0, p);
		p.warpback = true;
		assert_false(unit[0].warped);
	}
}

/* However it warps, wakes and sleeps, what it borrows it pays back: it is never ahead by more than
 * W beside what everybody may. */
static void warp_is_borrowed_time(void **state)
{
	(void)state;
	x = test_seed();
	for (u32 n = 0; n < 20 * test_scale(); n++) {
		struct sched_params p = {1 + below(ADVANCES), true, below(200 * MS), below(20) * MS,
					 below(20) * MS};

		start(2 + below(8));
		set(0, p);
		all_wake();
		for (u32 k = 0; k < 300; k++) {
			u64 naps = below(20) * MS;

			run_until(now + below(50) * MS, NULL);
			s.ops->sleep(&s, &unit[0], now);
			s.ops->pick(&s, now);
			run_until(now + naps, NULL);
			if (s.ops->wake(&s, &unit[0], now))
				s.ops->pick(&s, now);
			for (int i = 1; i < nr; i++)
				assert_true(clock_of(0) - clock_of(i) <=
					    (s64)CHARGED * (advance[0] + advance[i]) +
						(s64)p.warpvalue * MCU_NS);
		}
	}
}

/* A latency-sensitive unit beside spinning ones, and beside them without warp: how late it is. */
static u64 latest(bool warpback)
{
	u64 late, most = 0;

	x = test_seed();
	start(6);
	for (int i = 0; i < nr; i++)
		set(i, (struct sched_params){.mcu_advance = 10});
	set(0,
	    (struct sched_params){.mcu_advance = 10, .warpback = warpback, .warpvalue = 1u << 20});
	all_wake();
	s.ops->sleep(&s, &unit[0], now);
	s.ops->pick(&s, now);
	for (u32 n = 0; n < 200; n++) {
		u64 woken;

		run_until(now + 20 * MS + below(20 * MS), NULL);
		woken = now;
		s.ops->wake(&s, &unit[0], now);
		s.ops->pick(&s, now);
		while (s.running != &unit[0]) {
			now = s.ops->deadline(&s);
			s.ops->pick(&s, now);
		}
		late = now - woken;
		most = late > most ? late : most;
		now += MS;
		s.ops->sleep(&s, &unit[0], now);
		s.ops->pick(&s, now);
	}
	return most;
}

static void warp_is_what_makes_it_early(void **state)
{
	(void)state;
	assert_int_equal(latest(true), 0);
	assert_true(latest(false) > 0);
}

/* Two centuries of the fastest clock, then as ever: nothing wraps (UBSan looks as well). */
static void time_does_not_wrap(void **state)
{
	const u64 year = 365ull * 24 * 3600 * SECOND;

	(void)state;
	x = test_seed();
	start(3);
	set(0, (struct sched_params){.mcu_advance = MCU_ADVANCE_MAX});
	set(1, (struct sched_params){.mcu_advance = 1, .warpback = true, .warpvalue = ~0u});
	s.ops->wake(&s, &unit[0], now);
	assert_ptr_equal(s.ops->pick(&s, now), &unit[0]);
	now += 200 * year;
	all_wake();
	assert_ptr_equal(s.running, &unit[1]);
	s.ops->sleep(&s, &unit[1], now);
	set(1, (struct sched_params){.mcu_advance = 1});
	all_wake();
	measure_from_here();
	run_until(now + 100 * SECOND, NULL);
	for (int i = 0; i < nr; i++)
		for (int k = 0; k < nr; k++)
			assert_true(clock_of(i) - clock_of(k) <=
				    (s64)CHARGED * (advance[i] + advance[k]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shares_follow_the_weights),
	    cmocka_unit_test(sleep_is_no_credit),
	    cmocka_unit_test(who_wakes_warped_runs_first),
	    cmocka_unit_test(a_warp_ends_at_its_limit_and_rests),
	    cmocka_unit_test(warp_is_borrowed_time),
	    cmocka_unit_test(warp_is_what_makes_it_early),
	    cmocka_unit_test(time_does_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

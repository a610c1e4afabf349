/*
 * sched_random.c: random lives of 1 to 100 units: who runs, until when, and who is preempted, is
 * what the definitions say (sched_model.h). SEED=N for others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "insn_scale.h"
#include "sched_model.h"

#define STEPS 3000

static u32 x;
static struct sched s;
static struct sched_unit unit[MODEL_UNITS];
static struct model m;
static int nr;
static u64 now;

static u32 below(u32 n)
{
	return test_random(&x) % n;
}

/* Of every size, up to `bits` bits. */
static u64 any(u32 bits)
{
	u64 n = (u64)test_random(&x) << 24 ^ test_random(&x);

	return n & ((1ull << below(bits + 1)) - 1);
}

static int index_of(const struct sched_unit *u)
{
	return u ? (int)(u - unit) : NOBODY;
}

static void choose(void)
{
	assert_int_equal(index_of(s.ops->pick(&s, now)), model_pick(&m, now));
	assert_int_equal(s.ops->deadline(&s), model_deadline(&m));
}

static struct sched_params some_params(void)
{
	struct sched_params p = {1 + any(10) % MCU_ADVANCE_MAX, below(2), any(32), any(25),
				 any(27)};

	if (below(4) == 0)
		p.warpl = 0;
	if (below(3) == 0)
		p.mcu_advance = 10;
	return p;
}

static void change_parameters(int i)
{
	struct sched_params p = some_params(), bad = p, is;
	u32 C = ALLOWANCE_MIN + any(24);

	switch (below(8)) {
	case 0:
		bad.mcu_advance = below(2) ? 0 : MCU_ADVANCE_MAX + 1 + any(22);
		break;
	case 1:
		bad.warpl = WARP_TIME_MAX + 1 + any(22);
		break;
	case 2:
		bad.warpu = WARP_TIME_MAX + 1 + any(22);
		break;
	case 3:
		assert_true(sched_set_allowance(&s, C));
		m.C = C;
		assert_false(
		    sched_set_allowance(&s, below(2) ? any(16) : ALLOWANCE_MAX + 1 + any(28)));
		return;
	default:
		assert_int_equal(s.ops->set(&s, &unit[i], &p, now), m.bvt);
		if (m.bvt)
			model_set(&m, i, &p, now);
	}
	if (memcmp(&bad, &p, sizeof(p)))
		assert_false(s.ops->set(&s, &unit[i], &bad, now));
	assert_int_equal(s.ops->get(&unit[i], &is), m.bvt);
	if (!m.bvt)
		return;
	p = m.unit[i].p;
	assert_true(is.mcu_advance == p.mcu_advance && is.warpback == p.warpback &&
		    is.warpvalue == p.warpvalue && is.warpl == p.warpl && is.warpu == p.warpu);
}

static void something_happens(int i)
{
	switch (below(10)) {
	case 0 ... 3:
		assert_int_equal(s.ops->wake(&s, &unit[i], now), model_wake(&m, i, now));
		if (s.running)
			assert_int_equal(s.running->ran, m.unit[m.running].ran);
		break;
	case 4:
		s.ops->sleep(&s, &unit[i], now);
		model_sleep(&m, i, now);
		break;
	case 5:
		if (s.running) {
			i = m.running;
			s.ops->sleep(&s, s.running, now);
			model_sleep(&m, i, now);
		}
		break;
	case 6:
		s.yielded = m.yielded = true;
		break;
	case 7:
		change_parameters(i);
		break;
	case 8:
		s.ops->charge(&s, now);
		model_time(&m, now);
		break;
	case 9:
		if (below(4))
			break;
		s.ops->remove(&s, &unit[i], now);
		model_sleep(&m, i, now);
		s.ops->add(&s, &unit[i]);
		model_add(&m, i);
	}
}

/* The next moment: the deadline, a little after it, or any other. */
static void time_goes_on(void)
{
	u64 at = s.ops->deadline(&s);

	if (at != SCHED_NEVER && at > now && below(2))
		now = at + (below(4) ? 0 : any(20));
	else
		now += any(24);
}

static void a_life(const struct sched_ops *ops)
{
	static const int sizes[] = {1, 2, 3, 5, 10, 30, 100};

	nr = sizes[below(ARRAY_SIZE(sizes))];
	now = any(40);
	sched_init(&s, ops, now);
	model_init(&m, ops == &sched_bvt, now);
	for (int i = 0; i < nr; i++) {
		memset(&unit[i], 0xA5, sizeof(unit[i]));
		ops->add(&s, &unit[i]);
	}
	assert_int_equal(s.ops->deadline(&s), SCHED_NEVER);
	for (int step = 0; step < STEPS; step++) {
		time_goes_on();
		for (u32 n = below(3); n; n--)
			something_happens(below(nr));
		if (below(8))
			choose();
	}
	s.ops->charge(&s, now);
	model_time(&m, now);
	for (int i = 0; i < nr; i++) {
		assert_int_equal(unit[i].ran, m.unit[i].ran);
		assert_int_equal(unit[i].runnable, m.unit[i].runnable);
	}
}

static void lives(const struct sched_ops *ops, int many)
{
	x = test_seed();
	many *= test_scale();
	for (int n = 0; n < many; n++)
		a_life(ops);
}

static void bvt_decides_as_defined(void **state)
{
	(void)state;
	lives(&sched_bvt, 30);
}
static void rr_decides_as_defined(void **state)
{
	(void)state;
	lives(&sched_rr, 10);
}
static void they_have_the_names_of_the_option(void **state)
{
	(void)state;
	assert_string_equal(sched_bvt.name, "bvt");
	assert_string_equal(sched_rr.name, "rr");
}

static void the_ends_of_the_ranges_are_in_them(void **state)
{
	struct sched_params p = {MCU_ADVANCE_MAX, true, ~0u, WARP_TIME_MAX, WARP_TIME_MAX};

	(void)state;
	sched_init(&s, &sched_bvt, 1);
	s.ops->add(&s, &unit[0]);
	assert_true(s.ops->set(&s, &unit[0], &p, 1));
	p.warpl++;
	assert_false(s.ops->set(&s, &unit[0], &p, 1));
	p.warpl--, p.warpu++;
	assert_false(s.ops->set(&s, &unit[0], &p, 1));
	assert_true(sched_set_allowance(&s, ALLOWANCE_MIN) &&
		    sched_set_allowance(&s, ALLOWANCE_MAX));
	assert_false(sched_set_allowance(&s, ALLOWANCE_MIN - 1));
	assert_false(sched_set_allowance(&s, ALLOWANCE_MAX + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bvt_decides_as_defined),
	    cmocka_unit_test(rr_decides_as_defined),
	    cmocka_unit_test(the_ends_of_the_ranges_are_in_them),
	    cmocka_unit_test(they_have_the_names_of_the_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* trace_timeline.c: a timeline with more stretches than pixels, against a model that has every
 * microsecond: what each column shows of a domain is what it did in that column's time. Usage:
 * trace_timeline [SEED] */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "draw/timeline.h"
#include "trace_synth.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DOMAINS 3
#define COLUMNS 760
#define US	100 /* of each column */
#define BAR	20.4

enum does { SLEEPS, RUNS, WARPED, WAITS };

static u8 model[DOMAINS][COLUMNS * US];

/* Whoever has had it waits or sleeps; who is next is who does not sleep, or nobody. */
static u16 hand_over(struct synth *s, u32 us, u8 *does, u16 prev)
{
	static const u8 whys[] = {LOST_slice_over, LOST_yielded, LOST_blocked, LOST_woken};
	u8 why = prev == NO_DOMAIN ? LOST_idle : whys[rand() % 4];
	u16 next = (u16)(rand() % (DOMAINS + 1));
	bool warped = !(rand() % 4);

	if (prev != NO_DOMAIN)
		does[prev] = why == LOST_blocked ? SLEEPS : WAITS;
	if (next == DOMAINS)
		next = NO_DOMAIN;
	else
		does[next] = warped ? WARPED : RUNS;
	synth_event(s, us * 1000, EV_sched, LANE_vmm, LANE_vmm, (u64)prev, (u64)next, (u64)why,
		    (u64)warped);
	return next;
}

static void make_random_trace(struct synth *s)
{
	u8 does[DOMAINS] = {SLEEPS};
	u16 runs = NO_DOMAIN;

	synth_begin(s, 2);
	for (u32 now = 0, us = 0; now < COLUMNS * US; now += us) {
		runs = hand_over(s, us, does, runs);
		us = 1 + (u32)rand() % (rand() % 50 ? 30 : 1000);
		if (us > COLUMNS * US - now)
			us = COLUMNS * US - now;
		for (u32 d = 0; d < DOMAINS; d++)
			memset(&model[d][now], does[d], us);
		if (now + us == COLUMNS * US)
			hand_over(s, us, does, runs);
	}
}

static double modelled(u32 domain, u32 column, bool warped, bool waits)
{
	u32 n = 0;

	for (u32 i = 0; i < US; i++) {
		u8 does = model[domain][column * US + i];

		n += does == RUNS || (warped && does == WARPED) || (waits && does == WAITS);
	}
	return (double)n / US;
}

/* One path: M96 BOTTOM, then V and h1 for each column. @return what is behind it */
static const char *check_path(const char *svg, const char *class, u32 domain, bool warped,
			      bool waits)
{
	char begin[64];
	double bottom, top;
	int n;

	snprintf(begin, sizeof(begin), "<path class=\"%s\" d=\"M96 ", class);
	svg = strstr(svg, begin);
	assert_non_null(svg);
	svg += strlen(begin);
	assert_int_equal(sscanf(svg, "%lf%n", &bottom, &n), 1);
	for (u32 i = 0; i < COLUMNS; i++) {
		svg += n;
		assert_int_equal(sscanf(svg, "V%lfh1%n", &top, &n), 1);
		assert_float_equal((bottom - top) / BAR, modelled(domain, i, warped, waits), 0.002);
	}
	return svg;
}

static void what_a_column_shows_is_what_was_done_in_it(void **state)
{
	struct sb svg = {0};
	struct timeline l;
	struct synth s;
	struct trace t;
	struct err err;
	const char *at;

	(void)state;
	make_random_trace(&s);
	assert_int_equal(synth_open(&s, &t, &err), 0);
	assert_int_equal(timeline_read(&t, 0, 0, &l, &err), 0);
	assert_int_equal(l.count, DOMAINS);
	timeline_draw(&t, &l, "random", &svg);
	at = strstr(svg.s, "Too many stretches");
	assert_non_null(at);
	for (u32 d = 0; d < DOMAINS; d++) {
		at = check_path(at, "waits", d, true, true);
		at = check_path(at, "warped", d, true, false);
		at = check_path(at, "runs", d, false, false);
	}
	sb_free(&svg);
	timeline_free(&l);
	trace_close(&t);
	synth_free(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_column_shows_is_what_was_done_in_it)};
	unsigned seed = argc > 1 ? (unsigned)atoi(argv[1]) : (unsigned)time(NULL);

	printf("seed %u\n", seed);
	srand(seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

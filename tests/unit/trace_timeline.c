/* trace_timeline.c: a timeline with more stretches than pixels, against a model that has every
 * microsecond: what each column shows of a domain is what it did in that column's time. And when
 * domains begin and end, that each exists then, and what part of the weights it has. Usage:
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

#define LIVES 7
#define TIME  3000 /* us */

/* Some have begun before the trace, and some go on behind it: those have no such event. */
struct life_model {
	u32 begins, ends, advance;
	bool start_told, end_told;
};

static struct life_model lives[LIVES];

static bool exists(u32 d, u32 us)
{
	return us >= lives[d].begins && us < lives[d].ends;
}

static void make_lives(void)
{
	for (u32 d = 0; d < LIVES; d++) {
		struct life_model *m = &lives[d];

		/* synth_begin() has told of domain 1's start. */
		m->start_told = d > 1 && rand() % 4;
		m->end_told = d && rand() % 4;
		m->begins = m->start_told ? (u32)rand() % (TIME - 1) : 0;
		m->ends = m->end_told ? m->begins + 1 + (u32)rand() % (TIME - m->begins - 1) : TIME;
		m->advance = 1 + (u32)rand() % 20;
	}
}

/* What is told at one moment: who begins and ends, and sometimes another runs. */
static void tell_moment(struct synth *s, u32 us, u32 *last, u16 *runs)
{
	u16 next = (u16)(rand() % LIVES);
	u8 why = *runs == NO_DOMAIN ? LOST_idle : rand() % 2 ? LOST_slice_over : LOST_blocked;
	bool over = !us || us == TIME || !(rand() % 20);

#define TELL(...) (synth_event(s, (us - *last) * 1000, __VA_ARGS__), *last = us)
	for (u32 d = 0; d < LIVES; d++) {
		s->domain = (u16)d;
		if (us == lives[d].begins)
			TELL(EV_weight, LANE_vmm, LANE_vmm, (u64)lives[d].advance, (u64)0);
		if (us == lives[d].begins && lives[d].start_told)
			TELL(EV_domain_start, LANE_vmm, LANE_vmm, (u64)0, (u64)1, (u64)0);
		if (us == lives[d].ends && lives[d].end_told) {
			TELL(EV_domain_end, LANE_vmm, LANE_vmm, (u64)0, (u64)0, (u64)0);
			over |= *runs == d;
			why = *runs == d ? LOST_ended : why;
		}
	}
	if (!over)
		return;
	next = us < TIME && exists(next, us) ? next : NO_DOMAIN;
	TELL(EV_sched, LANE_vmm, LANE_vmm, (u64)*runs, (u64)next, (u64)why, (u64)0);
	*runs = next;
#undef TELL
}

static double modelled_weight(u32 domain, u32 from, u32 to, u32 *existed)
{
	double sum = 0;

	*existed = 0;
	for (u32 us = from; us < to; us++) {
		double all = 0;

		if (!exists(domain, us))
			continue;
		for (u32 d = 0; d < LIVES; d++)
			all += exists(d, us) ? 1.0 / lives[d].advance : 0;
		sum += 1.0 / lives[domain].advance / all;
		++*existed;
	}
	return *existed ? sum / *existed : 0;
}

/* Whatever it does, it does while it exists; @return what is behind its lane. */
static const char *check_life(const struct timeline *l, const struct track *d, u32 from, u32 to,
			      const char *svg)
{
	u32 existed;
	double weight = modelled_weight(d->domain, from, to, &existed), x, y, w, h;
	u32 begins = lives[d->domain].begins > from ? lives[d->domain].begins : from;

	assert_int_equal(d->existed, existed * 1000);
	assert_float_equal(timeline_weight(d), weight, 1e-9);
	for (size_t i = 0; i < d->count; i++) {
		assert_true(d->v[i].from - l->from >= (u64)(begins - from) * 1000);
		assert_true(d->v[i].to - l->from <= (u64)(begins + existed - from) * 1000);
	}
	if (!existed) {
		assert_int_equal(d->count + d->nlives, 0);
		return svg;
	}
	while (sscanf(svg,
		      "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\" class=\"exists\"/>",
		      &x, &y, &w, &h) != 4 ||
	       strncmp(strstr(svg, "class="), "class=\"exists", 13))
		assert_non_null(svg = strstr(svg + 1, "<rect "));
	assert_float_equal((x - 96) / COLUMNS, (double)(begins - from) / (to - from), 1e-4);
	if (w > 1.3)
		assert_float_equal(w / COLUMNS, (double)existed / (to - from), 1e-4);
	return svg + 1;
}

static u32 count_of(const char *text, const char *what)
{
	u32 n = 0;

	while ((text = strstr(text, what)) && text++)
		n++;
	return n;
}

static void a_lane_begins_and_ends_with_its_domain(void **state)
{
	(void)state;
	for (u32 round = 0; round < 20; round++) {
		u32 last = 0, from = (u32)rand() % 2 * ((u32)rand() % (TIME / 2)), there = 0;
		u32 to = rand() % 2 ? from + 1 + (u32)rand() % (TIME - from) : TIME;
		u16 runs = NO_DOMAIN;
		struct sb svg = {0};
		struct timeline l;
		struct synth s;
		struct trace t;
		struct err err;
		const char *at;

		make_lives();
		synth_begin(&s, 2);
		for (u32 us = 0; us <= TIME; us++)
			tell_moment(&s, us, &last, &runs);
		assert_int_equal(synth_open(&s, &t, &err), 0);
		assert_int_equal(timeline_read(&t, from * 1000, to * 1000, &l, &err), 0);
		assert_int_equal(l.count, LIVES);
		timeline_draw(&t, &l, "random", &svg);
		at = strstr(svg.s, "has not begun, or has ended");
		assert_non_null(at);
		for (u32 d = 0; d < LIVES; d++) {
			at = check_life(&l, &l.v[d], from, to, at);
			there += l.v[d].existed != 0;
		}
		assert_int_equal(count_of(svg.s, "class=\"exists\""), there + 1);
		sb_free(&svg);
		timeline_free(&l);
		trace_close(&t);
		synth_free(&s);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_column_shows_is_what_was_done_in_it),
	    cmocka_unit_test(a_lane_begins_and_ends_with_its_domain)};
	unsigned seed = argc > 1 ? (unsigned)atoi(argv[1]) : (unsigned)time(NULL);

	printf("seed %u\n", seed);
	srand(seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

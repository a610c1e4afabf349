/* trace_memory.c: machine memory over time, against what memory_at() and memory_count() say after
 * each event: the figures beside the areas, and whose colour is whose. Usage: trace_memory [SEED]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "draw/draw_memory.h"
#include "trace_synth.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FRAMES	400u
#define EVENTS	300u
#define DOMAINS 120u /* in all; at one time no more than COLOURS have memory */
#define COLOURS 48u
#define FIRST	4u /* the event that ends the first inventory: a machine, a domain, and two */

static void frames(struct synth *s, u32 us, u32 first, u32 count, u16 owner, bool begins)
{
	synth_event(s, us * 1000, EV_frames, LANE_vmm, LANE_vmm, (u64)first, (u64)count, (u64)owner,
		    (u64)0, (u64)0, (u64)(begins ? 1 : 0));
}

/* Domain 0 stays; the others come in the order of their numbers, and go. An event may take frames
 * of several. */
static void make_random_trace(struct synth *s)
{
	synth_begin(s, 2);
	frames(s, 1, 0, 100, OWNER_HV, true);
	frames(s, 1, 100, FRAMES - 100, OWNER_FREE, true);
	frames(s, 1, 100, 50, 0, false);
	for (u32 i = 0; i < EVENTS; i++) {
		u32 domain = 1 + i * (DOMAINS - 20) / EVENTS + (u32)rand() % 20;
		u32 first = 150 + (u32)rand() % (FRAMES - 150), n = 1 + (u32)rand() % 40;

		n = n > FRAMES - first ? FRAMES - first : n;
		frames(s, (u32)rand() % 9, first, n, rand() % 3 ? (u16)domain : OWNER_FREE, false);
	}
}

/* By owner, what the legend is to say. */
struct figures {
	u32 at_first, least, most, at_last;
};

/* After event @at each has what memory_count() counts. */
static void count_at(const struct trace *t, u32 at, struct figures *all)
{
	struct memory_census c;
	struct memory m;
	struct err err;

	assert_int_equal(memory_at(t, at, &m, &err), 0);
	memory_count(&m, t, at, &c);
	for (u32 owner = 0; owner < 0x10000; owner++) {
		struct figures *f = &all[owner];
		u32 n = 0;

		for (size_t i = 0; i < c.count; i++)
			n = c.v[i].owner == owner ? c.v[i].frames : n;
		f->at_first = at == FIRST ? n : f->at_first;
		f->least = at == FIRST || n < f->least ? n : f->least;
		f->most = n > f->most ? n : f->most;
		f->at_last = n;
	}
	memory_census_free(&c);
	memory_free(&m);
}

static void check_legend(const char *svg, u16 owner, const struct figures *f)
{
	const u32 figures[] = {f->at_first, f->least, f->most, f->at_last};
	char text[48], name[24];
	const char *at;

	snprintf(text, sizeof(text), ">%s</text>", memory_owner_name(owner, name));
	at = strstr(svg, text);
	assert_int_equal(at != NULL, f->most != 0);
	if (!at)
		return;
	for (u32 i = 0; i < 4; i++) {
		at = strchr(strstr(at, "<text "), '>') + 1;
		assert_int_equal(atoi(at), figures[i]);
	}
}

static void the_figures_are_those_of_every_event(void **state)
{
	struct figures *all = calloc(0x10000, sizeof(*all));
	struct sb svg = {0};
	struct synth s;
	struct trace t;
	struct err err;

	(void)state;
	make_random_trace(&s);
	assert_int_equal(synth_open(&s, &t, &err), 0);
	for (u32 at = FIRST; at <= t.count; at++)
		count_at(&t, at, all);
	assert_int_equal(all[OWNER_FREE].at_first, FRAMES - 100);
	assert_int_equal(all[0].at_first, 0);
	assert_int_equal(draw_strip(&t, "random", &svg, &err), 0);
	for (u32 owner = 0; owner < DOMAINS; owner++)
		check_legend(svg.s, (u16)owner, &all[owner]);
	check_legend(svg.s, OWNER_HV, &all[OWNER_HV]);
	check_legend(svg.s, OWNER_FREE, &all[OWNER_FREE]);
	sb_free(&svg);
	free(all);
	trace_close(&t);
	synth_free(&s);
}

/* However many there have been. */
static void two_at_one_time_have_not_one_colour(void **state)
{
	struct palette p;
	struct synth s;
	struct trace t;
	struct err err;
	u32 most = 0;

	(void)state;
	make_random_trace(&s);
	assert_int_equal(synth_open(&s, &t, &err), 0);
	palette_make(&t, &p);
	for (u32 at = FIRST; at <= t.count; at++) {
		struct memory_census c;
		struct memory m;

		assert_int_equal(memory_at(&t, at, &m, &err), 0);
		memory_count(&m, &t, at, &c);
		most = c.count > most ? (u32)c.count : most;
		assert_true(c.count <= COLOURS);
		for (size_t i = 0; i < c.count; i++)
			for (size_t k = 0; k < i; k++)
				for (u32 use = 0; use < USE_DESCRIPTORS; use++)
					assert_string_not_equal(
					    palette_colour(&p, c.v[i].owner, use),
					    palette_colour(&p, c.v[k].owner, use));
		memory_census_free(&c);
		memory_free(&m);
	}
	assert_true(most > 8);
	palette_free(&p);
	trace_close(&t);
	synth_free(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_figures_are_those_of_every_event),
					   cmocka_unit_test(two_at_one_time_have_not_one_colour)};
	unsigned seed = argc > 1 ? (unsigned)atoi(argv[1]) : (unsigned)time(NULL);

	printf("seed %u\n", seed);
	srand(seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

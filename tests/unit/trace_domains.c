/* trace_domains.c: traces of several domains, at random: each has its own lanes, and its own costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "read/hold.h"
#include "draw/draw_layout.h"
#include "trace_page.h"
#include "trace_synth.h"

#include <stdio.h>
#include <string.h>

#define U(x)	(u64)(x)
#define NOTE	LANE_vmm, LANE_vmm
#define DOMAINS 4
#define STAYS	60
#define NOBODY	DOMAINS

/* What there should be of each domain: who enters is charged until the VMM lets go, to whomever;
 * but for a time in which nobody could run. */
struct model {
	u32 entries[DOMAINS];
	u64 cost[DOMAINS];
	bool ran[DOMAINS], app[DOMAINS];
};

static u32 seed;

static u32 below(u32 n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* An event after a random time, which is added to what was spent. */
#define AFTER(...)                                                                                 \
	do {                                                                                       \
		u32 n = 10 + below(300);                                                           \
		synth_event(s, n, __VA_ARGS__);                                                    \
		spent += n;                                                                        \
	} while (0)

static void sched(struct synth *s, u32 prev, u32 next, u64 *sum)
{
	u64 spent = 0;

	s->domain = (u16)(next == NOBODY ? prev : next);
	AFTER(EV_sched, NOTE, U(prev == NOBODY ? TRACE_NO_DOMAIN : prev),
	      U(next == NOBODY ? TRACE_NO_DOMAIN : next), U(1), U(0));
	*sum += spent;
}

/* Domain @d enters the VMM; @return who runs when it lets go. */
static u32 stay(struct synth *s, u32 d, bool from_app, struct model *m)
{
	u8 lane = from_app ? LANE_app : LANE_guest;
	u32 next = d, way = below(4);
	u64 spent = 0;
	bool idle = false;

	s->domain = (u16)d;
	synth_event(s, 100 + below(1000), EV_trap, lane, LANE_vmm, U(13), U(0), U(0xC0105000),
		    U(0x61), U(0));
	m->entries[d]++;
	if (way == 1) { /* it tells another, and has one's page come */
		s->domain = (u16)below(DOMAINS);
		AFTER(EV_p2m, NOTE, U(5), U(6));
		s->domain = (u16)below(DOMAINS);
		AFTER(EV_evtchn, NOTE, U(1 + below(9)), U(255));
	}
	if (way >= 2) {
		s->domain = (u16)d;
		if (way == 3)
			AFTER(EV_block, NOTE, U(0xC0105002));
		idle = way == 3 && below(2);
		next = below(DOMAINS);
		if (idle) {
			sched(s, d, NOBODY, &spent);
			s->domain = (u16)d;
			AFTER(EV_irq, NOTE, U(0x20), U(0xFC001000), U(8));
			sched(s, NOBODY, next, &spent);
		} else if (next != d || way == 3) {
			next = next == d ? (d + 1) % DOMAINS : next;
			sched(s, d, next, &spent);
		}
	}
	s->domain = (u16)next;
	if (below(3) == 0) {
		AFTER(EV_resume, LANE_vmm, LANE_app, U(0x8048123), U(0x1b));
		m->app[next] = true;
	} else {
		AFTER(EV_resume, LANE_vmm, LANE_guest, U(0xC0105001), U(0x61));
	}
	m->cost[d] += idle ? 0 : spent;
	m->ran[d] = m->ran[next] = true;
	m->app[d] |= from_app;
	return next;
}

static void random_trace(struct trace *t, struct model *m)
{
	struct synth s;
	struct err err;
	u32 d = below(DOMAINS);

	memset(m, 0, sizeof(*m));
	synth_begin(&s, 2);
	for (int i = 0; i < STAYS; i++)
		d = stay(&s, d, below(3) == 0, m);
	assert_int_equal(synth_open(&s, t, &err), 0);
	synth_free(&s);
}

static void costs_are_told_by_domain(const struct trace *t, const struct model *m)
{
	struct holds holds;
	struct tally y;
	u64 sum = 0;

	holds_find(t, 0, t->count - 1, 0, &holds);
	for (u32 d = 0; d < DOMAINS; d++) {
		tally_holds(t, &holds, d, &y);
		assert_int_equal(y.traps, m->entries[d]);
		assert_int_equal(y.cost, m->cost[d]);
		sum += y.cost;
	}
	tally_holds(t, &holds, TRACE_NO_DOMAIN, &y);
	assert_int_equal(y.traps, STAYS);
	assert_int_equal(y.cost, sum);
	holds_free(&holds);
}

static u64 costs_of(const struct steps *s)
{
	u64 sum = 0;

	for (size_t i = 0; i < s->count; i++)
		sum += s->v[i].cost;
	return sum;
}

/* Every arrow is on lanes of the domain that its event is of, and there are lanes for nobody else.
 */
static void lanes_are_the_domains_own(const struct trace *t, const struct model *m)
{
	struct steps s = {0};
	size_t lanes = 2, runners = 0;

	draw_steps(t, 0, t->count - 1, 0, TRACE_NO_DOMAIN, &s);
	for (u32 d = 0; d < DOMAINS; d++) {
		runners += m->ran[d];
		lanes += m->ran[d] + m->app[d];
	}
	assert_int_equal(s.nguests, runners);
	for (size_t i = 0; i < s.count; i++)
		if (s.v[i].kind == STEP_ARROW)
			assert_int_equal(s.guests[s.v[i].guest].domain,
					 t->events[s.v[i].event].domain);
	if (runners > 1) {
		struct side side = {.steps = s};
		u8 guest;

		assert_int_equal(side_lanes(&side), lanes);
		for (u8 at = 0; at < lanes; at++) {
			u8 lane = side_lane_at(&side, at, &guest);

			assert_int_equal(side_lane(&side, guest, lane), at);
		}
	}
	assert_int_equal(costs_of(&s), m->cost[0] + m->cost[1] + m->cost[2] + m->cost[3]);
	free(s.v);
}

/* One domain alone: its arrows, no others', and the footer counts its entries. */
static void one_alone(const struct trace *t, const struct model *m, u32 d)
{
	struct side side;
	char text[64];

	draw_side_of(t, 0, t->count - 1, 0, d, &side);
	for (size_t i = 0; i < side.steps.count; i++)
		if (side.steps.v[i].kind == STEP_ARROW)
			assert_int_equal(t->events[side.steps.v[i].event].domain, d);
	snprintf(text, sizeof(text), "(traps %u,", m->entries[d]);
	assert_non_null(strstr(side.footer[0], text));
	assert_true(side.steps.nguests <= 1);
	draw_side_free(&side);
}

static void whatever_runs_when(void **state)
{
	(void)state;
	for (u32 i = 0; i < 40; i++) {
		struct pages pages = {0};
		struct model m;
		struct trace t;
		struct side side;

		seed = i;
		random_trace(&t, &m);
		costs_are_told_by_domain(&t, &m);
		lanes_are_the_domains_own(&t, &m);
		for (u32 d = 0; d < DOMAINS; d++)
			one_alone(&t, &m, d);
		draw_side(&t, 0, t.count - 1, 0, &side);
		draw_layout(&side, NULL, &pages);
		for (size_t p = 0; p < pages.count; p++)
			no_overlaps(&pages.v[p]);
		draw_pages_free(&pages);
		draw_side_free(&side);
		trace_close(&t);
	}
}

static void more_than_there_are_lanes_for_is_refused(void **state)
{
	struct err err = {""};
	struct synth s;
	struct trace t;
	struct layout l;
	struct side side;

	(void)state;
	synth_begin(&s, 2);
	for (u16 d = 0; d < 2 * MOST_GUESTS; d++) {
		s.domain = (u16)(40 - d);
		synth_noise(&s, 2);
	}
	assert_int_equal(synth_open(&s, &t, &err), 0);
	draw_side(&t, 0, t.count - 1, 0, &side);
	assert_int_equal(layout_begin(&paper_fit, &side, NULL, &l, &err), -1);
	assert_non_null(strstr(err.text, "--domain"));
	draw_side_free(&side);
	draw_side_of(&t, 0, t.count - 1, 0, 33, &side);
	assert_int_equal(layout_begin(&paper_fit, &side, NULL, &l, &err), 0);
	layout_end(&l);
	assert_int_equal(side.steps.nguests, 1);
	assert_true(side.steps.count > 0);
	draw_side_free(&side);
	trace_close(&t);
	synth_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whatever_runs_when),
	    cmocka_unit_test(more_than_there_are_lanes_for_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* balloon_steps.c: the balloon follows a target, which changes, by what can be done, which changes.
 */
#include "balloon.h"

/** What balloon.h says of a step, without a page being moved. */
struct model {
	u32 pages, held, target, wait, share, calm;
};

static void set_target(struct model *m, u32 pages)
{
	if (pages > m->pages)
		pages = m->pages;
	if (pages != m->target)
		m->wait = 0;
	m->target = pages;
}

/* @param can so many pages can be moved; the target changes meanwhile to `news`, and then to `then`
 * @param changes it does */
static u32 step(struct model *m, u32 can, u32 news, u32 then, bool changes)
{
	u32 target = m->target, wanted = m->pages - target,
	    n = wanted > m->held ? wanted - m->held : m->held - wanted;

	if (!n) {
		m->wait = 0;
		return BALLOON_STAY;
	}
	if (n > BALLOON_BATCH)
		n = BALLOON_BATCH;
	if (can > n)
		can = n;
	m->held = wanted > m->held ? m->held + can : m->held - can;
	if (changes)
		set_target(m, news);
	if (changes && then != NO_NEWS)
		set_target(m, then);
	if (can == n || m->target != target) {
		m->wait = 0;
		return 0;
	}
	m->wait = m->wait ? m->wait * 2 : 1;
	if (m->wait > BALLOON_WAIT_MOST)
		m->wait = BALLOON_WAIT_MOST;
	return m->wait;
}

static struct model model_of(const struct balloon *b)
{
	return (struct model){b->nr_pages, b->held, b->target, b->wait, b->share, b->calm};
}

static void same(const char *what, const struct model *m, const struct model *before)
{
	const struct balloon *b = w.b;

	if (b->target != m->target || b->wait != m->wait)
		differs("%s: of %u pages %u were held, target %u, wait %u; the target is %u, wait "
			"%u; it "
			"should be %u, %u",
			what, before->pages, before->held, before->target, before->wait, b->target,
			b->wait, m->target, m->wait);
}

static void targets(void)
{
	for (u32 i = 0; i < 200; i++) {
		u32 pages;
		struct model m, before;

		any_world();
		before = m = model_of(w.b);
		pages = i % 4 == 0   ? m.target
			: i % 4 == 1 ? m.pages + draw(3)
			: i % 4 == 2 ? draw(2) ? 0 : ~0u
				     : draw(m.pages);
		asks_begin("balloon_set_target");
		set_target(&m, pages);
		CALL(balloon_set_target, (u32)w.b, pages);
		same("balloon_set_target()", &m, &before);
		look(before.held);
	}
}

/* Of the last questions, up to now, so many have found more than what counted then. */
static void follow(struct model *m, u32 told, u32 share)
{
	u32 more = share > m->share ? m->calm + 1 : 0;
	bool counts = share < m->share || more == BALLOON_CALM;

	if (counts)
		m->share = share;
	m->calm = counts ? 0 : more;
	set_target(m, m->share > told ? told : m->share);
}

/* More than there are pages is all of them, whichever number is kept. */
static bool same_share(u32 a, u32 b)
{
	return a == b || (a >= w.b->nr_pages && b >= w.b->nr_pages);
}

/* A number of pages near another one, or any; more than there are is said, too. */
static u32 any_share(u32 near)
{
	switch (draw(6)) {
	case 0:
		return draw(w.b->nr_pages + 8);
	case 1:
		return (u32[]){0, ~0u, w.b->nr_pages}[draw(3)];
	case 2:
		return near;
	case 3:
		return near > 1 ? near - 1 : near;
	}
	return near < ~0u - 40 ? near + 1 + draw(40) : near;
}

/* One guest is asked again and again; between two questions there is a step now and then. */
static void shares(void)
{
	for (u32 i = 0; i < 30; i++) {
		u32 told, share, calm = draw(2 * BALLOON_CALM);
		struct model m, before;

		any_world();
		w.b->share = draw(w.b->nr_pages + 2);
		m = model_of(w.b);
		told = any_share(m.share);
		share = any_share(m.share);
		for (u32 k = 0; k < 60; k++) {
			before = m;
			if (!calm) {
				share = any_share(m.share);
				calm = draw(3) ? draw(BALLOON_CALM + 3) : 0;
			} else
				calm--;
			if (!draw(8))
				told = any_share(m.share);
			if (!draw(4)) /* the last step was in vain */
				w.b->wait = m.wait = 1u << draw(7);
			follow(&m, told, share);
			asks_begin("balloon_follow");
			CALL(balloon_follow, (u32)w.b, told, share);
			if (!same_share(w.b->share, m.share) || w.b->target != m.target ||
			    w.b->wait != m.wait)
				differs("balloon_follow(): told %u pages, and a share of %u, of "
					"%u; it went by %u, and %u times in a row there had been "
					"more; share is %u, target %u, wait %u; it should be %u, "
					"%u, %u",
					told, share, m.pages, before.share, before.calm, w.b->share,
					w.b->target, w.b->wait, m.share, m.target, m.wait);
			look(m.held);
		}
	}
}

/* So many pages can be moved, either way. */
static u32 any_limit(void)
{
	u32 can = draw(2) ? BALLOON_BATCH : any_up_to(BALLOON_BATCH);

	w.takes = w.pool = w.taken = can;
	if (draw(2))
		w.takes = BALLOON_BATCH;
	return can;
}

/* One step of a guest in any state. @param turns the target may change while it is done */
static void one(bool turns)
{
	u32 can, free, got, want;
	struct model m, before;

	any_world();
	if (draw(3) == 0)
		w.b->target = w.b->nr_pages - w.b->held;
	else if (draw(3) == 0 && w.b->held > BALLOON_BATCH) /* a batch away, one less, one more */
		w.b->target = w.b->nr_pages - w.b->held + BALLOON_BATCH - 1 + draw(3);
	before = m = model_of(w.b);
	free = m.pages - 1 - m.held; /* page 0 stays */
	can = any_limit();
	if (turns) {
		/* There is something to be done, so something is asked for. */
		w.news = draw(3) ? any_up_to(m.pages) : m.target;
		w.moment = 1;
		if (!draw(3)) /* there and back, or on */
			w.then = draw(2) ? m.target : any_up_to(m.pages);
	}
	asks_begin("balloon_step");
	got = CALL(balloon_step, (u32)w.b);
	if (m.pages - m.target > m.held && can > free)
		can = free;
	/* With no page to be had nothing is asked for but that; the news come all the same. */
	want = step(&m, can, w.news, w.then, turns);
	same("balloon_step()", &m, &before);
	look(m.held);
	if (got != want)
		differs(
		    "balloon_step(): of %u pages %u were held, target %u, wait %u, and %u could be "
		    "moved: the next step is to come in %u ticks; it should be %u",
		    before.pages, before.held, before.target, before.wait, can, got, want);
}

/*
 * All of a guest's life: targets that change, a machine with little memory, of which another domain
 * takes and gives some at any time. In the end there is enough, and the last target is reached.
 */
static void life(void)
{
	u32 machine, others = 0, ticks = 0, sleep = 0, steps_made = 0, to = draw(80) + 20;

	any_world();
	machine = draw(w.b->nr_pages);
	for (; ticks < to + 2 * BALLOON_WAIT_MOST; ticks++) {
		u32 pages = draw(w.b->nr_pages), before;

		if (ticks < to && draw(12) == 0) {
			asks_begin("balloon_set_target");
			CALL(balloon_set_target, (u32)w.b, pages);
			sleep = 0;
		}
		if (ticks == to)
			machine += w.b->nr_pages + others;
		others = ticks < to ? draw(machine + 1) : 0;
		for (; !sleep; steps_made++) {
			w.takes = w.taken = BALLOON_BATCH;
			w.pool =
			    machine - others < BALLOON_BATCH ? machine - others : BALLOON_BATCH;
			w.news = ticks < to && draw(8) == 0 ? pages : NO_NEWS;
			w.moment = 1 + draw(40);
			asks_begin("balloon_step");
			before = w.b->held;
			sleep = CALL(balloon_step, (u32)w.b);
			if (w.b->held < before)
				machine -= before - w.b->held;
			else
				machine += w.b->held - before;
			if (others > machine)
				others = machine;
			look(w.b->held);
			if (steps_made > 4000)
				differs("balloon_step(): %u steps, and the target is not reached",
					steps_made);
		}
		if (sleep != BALLOON_STAY)
			sleep--;
	}
	if (w.b->held != w.b->nr_pages - w.b->target &&
	    w.b->target) /* page 0 cannot be given away, whatever the target */
		differs(
		    "balloon_step(): of %u pages %u are held, and the target is %u, since %u ticks",
		    w.b->nr_pages, w.b->held, w.b->target, ticks - to);
}

void balloon_steps(void)
{
	if (scenario_is("targets")) {
		targets();
		all_right(200);
	}
	if (scenario_is("steps") || scenario_is("turns")) {
		for (u32 i = 0; i < 200; i++)
			one(scenario_is("turns"));
		all_right(200);
	}
	if (scenario_is("shares")) {
		shares();
		all_right(1800);
	}
	if (scenario_is("life")) {
		for (u32 i = 0; i < 8; i++)
			life();
		all_right(8);
	}
}

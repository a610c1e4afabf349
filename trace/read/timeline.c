/* timeline.c: from events (sched, wake, domain_start, domain_end) to stretches of time, one track
 * per domain. */
#include "read/timeline.h"

#include <stdlib.h>
#include <string.h>

/* While the events are read: what each domain does. */
struct state {
	bool runs, waits, woken, warped;
	u64 since;
};

struct reading {
	struct timeline *l;
	struct state state[NO_DOMAIN]; /* by domain */
	u16 place[NO_DOMAIN];	       /* its track, behind 0 */
};

static int by_domain(const void *a, const void *b)
{
	return ((const struct track *)a)->domain - ((const struct track *)b)->domain;
}

static struct track *track_of(struct reading *r, u16 domain)
{
	struct timeline *l = r->l;

	if (!r->place[domain]) {
		l->v = xrealloc(l->v, l->count + 1, sizeof(*l->v));
		l->v[l->count] = (struct track){.domain = domain, .advance = 10};
		r->place[domain] = (u16)++l->count;
	}
	return &l->v[r->place[domain] - 1];
}

/* What lies outside of the window is not of interest. */
static void add(struct reading *r, u16 domain, struct stretch s)
{
	struct track *d = track_of(r, domain);
	struct timeline *l = r->l;

	s.from = s.from < l->from ? l->from : s.from;
	if (s.to > l->to) {
		s.to = l->to;
		s.why = LOST_STILL;
	}
	if (s.from >= s.to)
		return;
	if (d->count == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 64;
		d->v = xrealloc(d->v, d->cap, sizeof(*d->v));
	}
	d->v[d->count++] = s;
	*(s.ran ? &d->ran : &d->waited) += s.to - s.from;
	if (s.ran && s.why < NR_LOST)
		d->lost[s.why]++;
}

/* It stops to do what it has done. */
static void stop(struct reading *r, u16 domain, u64 now, u8 why)
{
	struct state *s = &r->state[domain];

	if (s->runs || s->waits)
		add(r, domain, (struct stretch){s->since, now, s->runs, s->warped, why});
	*s = (struct state){.since = now};
}

static void begin_to_run(struct reading *r, u16 domain, u64 now, bool warped)
{
	struct state *s = &r->state[domain];
	struct track *d = track_of(r, domain);
	u64 late = now - s->since;

	if (s->waits && s->woken && s->since >= r->l->from && now <= r->l->to) {
		d->wakes++;
		d->late += late;
		d->latest = late > d->latest ? late : d->latest;
	}
	stop(r, domain, now, 0);
	*s = (struct state){.runs = true, .warped = warped, .since = now};
}

static bool goes_on_waiting(u8 why)
{
	return why == LOST_yielded || why == LOST_slice_over || why == LOST_woken;
}

static void hand_over(struct reading *r, const struct event *e)
{
	u16 prev = (u16)event_u32(e, "prev"), next = (u16)event_u32(e, "next");
	u8 why = (u8)event_u32(e, "why");

	r->l->hand_overs += e->ts >= r->l->from && e->ts <= r->l->to;
	if (prev != NO_DOMAIN) {
		stop(r, prev, e->ts, why);
		r->state[prev].waits = goes_on_waiting(why);
	}
	if (next != NO_DOMAIN)
		begin_to_run(r, next, e->ts, event_u32(e, "warped"));
}

static void wake(struct reading *r, const struct event *e)
{
	struct state *s = &r->state[e->domain];

	track_of(r, e->domain);
	if (!s->runs && !s->waits)
		*s = (struct state){.waits = true, .woken = true, .since = e->ts};
}

static void weight(struct reading *r, const struct event *e)
{
	struct track *d = track_of(r, e->domain);

	d->advance = event_u32(e, "advance");
	d->warp = event_u32(e, "warp");
}

static void add_life(struct track *d, u64 from, u64 to)
{
	d->lives = xrealloc(d->lives, d->nlives + 1, sizeof(*d->lives));
	d->lives[d->nlives++] = (struct life){from, to};
}

/* Of whose start nothing is told, existed before the recording. */
static void start_or_end(struct reading *r, const struct event *e)
{
	struct track *d = track_of(r, e->domain);
	struct life *last = d->nlives ? &d->lives[d->nlives - 1] : NULL;
	bool starts = event_is(e, EV_domain_start);

	r->l->lives_told = true;
	if (last && last->to == UINT64_MAX)
		last->to = e->ts;
	else if (!last && !starts)
		add_life(d, 0, e->ts);
	if (starts)
		add_life(d, e->ts, UINT64_MAX);
	else /* a hand-over may follow, or none: the machine's end */
		stop(r, e->domain, e->ts, LOST_ended);
}

/* Each is as old as is known, and cut to the time that is of interest. */
static void cut_lives(struct timeline *l, struct track *d)
{
	size_t n = 0;

	if (!d->nlives)
		add_life(d, 0, UINT64_MAX);
	for (size_t i = 0; i < d->nlives; i++) {
		struct life life = d->lives[i];

		life.from = life.from < l->from ? l->from : life.from;
		life.to = life.to > l->to ? l->to : life.to;
		if (life.from >= life.to)
			continue;
		d->lives[n++] = life;
		d->existed += life.to - life.from;
	}
	d->nlives = n;
}

/* A domain begins to exist, or no longer does. */
struct turn {
	u64 ts;
	struct track *d;
	bool begins;
};

static int by_time(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	return (x->ts > y->ts) - (x->ts < y->ts);
}

static double weight_of(const struct track *d)
{
	return 1.0 / (d->advance ? d->advance : 1);
}

/* What one unit of weight is entitled to grows by dt / all weights, from turn to turn. */
static void entitle(struct turn *v, size_t n)
{
	double all = 0, unit = 0;
	u64 last = n ? v[0].ts : 0;
	u32 exist = 0;

	for (size_t i = 0; i < n; i++) {
		struct track *d = v[i].d;
		double change = (v[i].begins ? 1 : -1) * weight_of(d);

		if (exist)
			unit += (double)(v[i].ts - last) / all;
		last = v[i].ts;
		exist = v[i].begins ? exist + 1 : exist - 1;
		all = exist ? all + change : 0;
		d->entitled -= unit * change;
	}
}

static void read_lives(struct timeline *l)
{
	struct turn *turns;
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++) {
		cut_lives(l, &l->v[i]);
		n += 2 * l->v[i].nlives;
	}
	turns = xcalloc(n ? n : 1, sizeof(*turns));
	n = 0;
	for (size_t i = 0; i < l->count; i++) {
		for (size_t k = 0; k < l->v[i].nlives; k++) {
			const struct life *life = &l->v[i].lives[k];

			turns[n++] = (struct turn){life->from, &l->v[i], true};
			turns[n++] = (struct turn){life->to, &l->v[i], false};
		}
	}
	qsort(turns, n, sizeof(*turns), by_time);
	entitle(turns, n);
	free(turns);
}

static void read_events(const struct trace *t, struct reading *r)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct event *e = &t->events[i];

		if (event_is(e, EV_sched))
			hand_over(r, e);
		else if (event_is(e, EV_wake) && e->domain != NO_DOMAIN)
			wake(r, e);
		else if (event_is(e, EV_weight) && e->domain != NO_DOMAIN)
			weight(r, e);
		else if ((event_is(e, EV_domain_start) || event_is(e, EV_domain_end)) &&
			 e->domain != NO_DOMAIN)
			start_or_end(r, e);
	}
	for (size_t i = 0; i < r->l->count; i++)
		stop(r, r->l->v[i].domain, r->l->to, LOST_STILL);
}

int timeline_read(const struct trace *t, u64 from, u64 to, struct timeline *out, struct err *err)
{
	const struct event *first = trace_first(t, EV_sched);
	struct reading *r;
	u64 end;

	memset(out, 0, sizeof(*out));
	if (!first)
		return err_set(err,
			       "%s: nothing was recorded of who had the processor: there was one "
			       "domain, or no TRACE=dom",
			       t->name);
	end = t->events[t->count - 1].ts;
	out->from = first->ts + (u64)((double)from * (double)t->freq / 1e9);
	out->to = to ? first->ts + (u64)((double)to * (double)t->freq / 1e9) : end;
	out->to = out->to > end ? end : out->to;
	if (out->from >= out->to)
		return err_set(err, "%s: no time is left between --from and --to", t->name);
	r = xcalloc(1, sizeof(*r));
	r->l = out;
	read_events(t, r);
	free(r);
	qsort(out->v, out->count, sizeof(*out->v), by_domain);
	read_lives(out);
	return 0;
}

void timeline_free(struct timeline *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->v[i].v);
		free(l->v[i].lives);
	}
	free(l->v);
	memset(l, 0, sizeof(*l));
}

double timeline_share(const struct timeline *l, const struct track *d)
{
	u64 all = 0;

	for (size_t i = 0; i < l->count; i++)
		all += l->v[i].ran;
	return all ? (double)d->ran / (double)all : 0;
}

double timeline_weight(const struct track *d)
{
	return d->existed ? d->entitled / (double)d->existed : 0;
}

double timeline_ns(const struct trace *t, u64 ticks)
{
	return (double)ticks * 1e9 / (double)t->freq;
}

/* episode.c: fault episodes: everything between an application's leaving and its resuming. */
#include "read/episode.h"

#include "read/hold.h"
#include "read/number.h"

#include <stdlib.h>
#include <string.h>

struct member {
	u64 id;
	size_t index;
};

static int by_id(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int by_start(const void *a, const void *b)
{
	const struct episode *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Sorting, rather than a table indexed by number, because the numbers come from the trace. */
void episodes_find(const struct trace *t, struct episodes *out)
{
	struct member *m = xcalloc(t->count, sizeof(*m));
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < t->count; i++)
		if (t->events[i].fault)
			m[n++] = (struct member){event_episode(&t->events[i]), i};
	qsort(m, n, sizeof(*m), by_id);
	out->v = xcalloc(n, sizeof(*out->v));
	for (size_t i = 0; i < n; i++) {
		struct episode *e = out->count ? &out->v[out->count - 1] : NULL;

		if (!e || e->id != m[i].id) {
			e = &out->v[out->count++];
			*e = (struct episode){.id = m[i].id,
					      .fault = (u32)m[i].id,
					      .domain = (u16)(m[i].id >> 32),
					      .first = m[i].index,
					      .entry = m[i].index};
		}
		e->last = m[i].index;
		e->events++;
		if (!event_is_entry(&t->events[e->entry]))
			e->entry = m[i].index;
	}
	qsort(out->v, out->count, sizeof(*out->v), by_start);
	for (size_t i = 0; i < out->count; i++)
		if (!event_is_entry(&t->events[out->v[i].entry]))
			out->v[i].entry = out->v[i].first;
	free(m);
}

void episodes_free(struct episodes *e)
{
	free(e->v);
	memset(e, 0, sizeof(*e));
}

bool episode_is_page_fault(const struct trace *t, const struct episode *e)
{
	const struct event *f = &t->events[e->entry];

	return event_is(f, EV_trap) && f->from == LANE_app && event_u32(f, "vec") == 14;
}

bool episode_is_whole(const struct trace *t, const struct episode *e)
{
	for (size_t i = e->first; i < e->last; i++)
		if (t->events[i].lost_after)
			return false;
	return t->events[e->last].to == LANE_app;
}

const char *episode_verdict(const struct trace *t, const struct episode *e)
{
	bool injected = false;

	for (size_t i = e->first; i <= e->last; i++) {
		const struct event *x = &t->events[i];
		s64 v;

		if (event_episode(x) != e->id)
			continue;
		if (event_is(x, EV_walk) && event_field(x, "verdict", &v, NULL)) {
			const char *s = schema_value_name(schema_enum_by_name("walk"), (u64)v);

			return s ? s : "?";
		}
		injected |= event_is(x, EV_inject);
	}
	if (injected)
		return "injected";
	return episode_is_whole(t, e) ? "resumed" : "unfinished";
}

struct wanted {
	bool by_va, by_domain;
	u64 va, domain, fault;
};

static bool parse_wanted(const char *spec, struct wanted *w)
{
	const char *colon = strchr(spec, ':');
	char domain[8] = "";

	memset(w, 0, sizeof(*w));
	w->by_va = !strncmp(spec, "va=", 3);
	if (w->by_va)
		return number_parse(spec + 3, &w->va);
	if (colon) {
		if ((size_t)(colon - spec) >= sizeof(domain))
			return false;
		memcpy(domain, spec, (size_t)(colon - spec));
		w->by_domain = true;
		spec = colon + 1;
		if (!number_parse(domain, &w->domain))
			return false;
	}
	return number_parse(spec, &w->fault);
}

static bool is_wanted(const struct trace *t, const struct episode *e, const struct wanted *w)
{
	if (w->by_va)
		return episode_is_page_fault(t, e) &&
		       event_u32(&t->events[e->entry], "va") == w->va;
	return e->fault == w->fault && (!w->by_domain || e->domain == w->domain);
}

int episode_select(const struct trace *t, const char *spec, struct episode *out, struct err *err)
{
	struct episodes all;
	struct wanted w;
	size_t found = 0;

	if (!parse_wanted(spec, &w))
		return err_set(err, "--fault takes NUMBER, DOMAIN:NUMBER or va=ADDRESS, not '%s'",
			       spec);
	episodes_find(t, &all);
	for (size_t i = 0; i < all.count; i++) {
		if (!is_wanted(t, &all.v[i], &w))
			continue;
		*out = all.v[i];
		found++;
	}
	episodes_free(&all);
	if (found > 1 && !w.by_va)
		return err_set(err, "%s: several domains have a fault episode %s; say DOMAIN:%s",
			       t->name, spec, spec);
	if (found)
		return 0;
	return err_set(err, "%s: no fault episode %s; `tltrace faults %s` lists them", t->name,
		       spec, t->name);
}

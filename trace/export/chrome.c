/*
 * chrome.c: slices, instants and arrows of Chrome's trace-event format, one a line.
 *
 * A stay in the VMM is a slice, as `tltrace stats` counts and times it. Elsewhere the CPU ran from
 * the crossing that led there to the one that led away, if the trace holds both and lost nothing
 * between.
 */
#include "export/chrome.h"

#include "read/episode.h"
#include "read/hold.h"
#include "read/json.h"
#include "read/progress.h"
#include "trapline/ring.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY 0 /* process of events that are of no domain */

struct writer {
	const struct trace *t;
	FILE *f;
	bool more;
	/* The last crossing, whose arrow is put when there is a slice for its other end. */
	struct arrow {
		const struct event *e, *begin; /* begin: of the slice that it ends; NULL: none */
		u64 end;
	} arrow;
	/* Where the CPU is known to run. */
	bool runs;
	size_t since; /* the crossing that led there */
	struct holds holds;
	size_t hold; /* the stays before this one have begun */
};

static void put(struct writer *w, json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT);

	if (s)
		fprintf(w->f, "%s%s", w->more ? ",\n" : "", s);
	w->more = true;
	free(s);
	json_decref(j);
}

/* Microseconds; a difference of two times since the beginning would lose ticks in a long trace. */
static double length(const struct trace *t, u64 from, u64 to)
{
	return (double)(to - from) * 1e6 / (double)t->freq;
}

/* Microseconds from the first event on. */
static double us(const struct trace *t, u64 ts)
{
	return length(t, t->events[0].ts, ts);
}

/* A process of each vcpu; a thread of each of its lanes. */
static json_int_t process(const struct event *e)
{
	return e->domain == TRACE_NO_DOMAIN ? NOBODY : 1 + (json_int_t)e->domain * 256 + e->vcpu;
}

static json_int_t thread(const struct event *e, u8 lane)
{
	return process(e) * NR_LANES + lane;
}

static json_t *record(const struct writer *w, const char *ph, const char *name, const char *cat,
		      const struct event *e, u8 lane)
{
	return json_pack("{ss ss ss sf sI sI}", "ph", ph, "name", name, "cat", cat, "ts",
			 us(w->t, e->ts), "pid", process(e), "tid", thread(e, lane));
}

static void put_name(struct writer *w, const char *what, const struct event *e, int lane,
		     const char *name)
{
	put(w, json_pack("{ss ss sI sI s{ss}}", "ph", "M", "name", what, "pid", process(e), "tid",
			 lane < 0 ? 0 : thread(e, (u8)lane), "args", "name", name));
}

static void put_lanes(struct writer *w, const struct event *e)
{
	static const char *const names[NR_LANES] = {[LANE_app] = "Application",
						    [LANE_guest] = "Guest OS",
						    [LANE_hw] = "Hardware",
						    [LANE_vmm] = "VMM"};
	char name[64];

	if (e->domain == TRACE_NO_DOMAIN)
		snprintf(name, sizeof(name), "no domain");
	else
		snprintf(name, sizeof(name), "domain %u, vcpu %u", e->domain, e->vcpu);
	put_name(w, "process_name", e, -1, name);
	for (u8 lane = 0; lane < NR_LANES; lane++) {
		put_name(w, "thread_name", e, lane, names[lane]);
		put(w, json_pack("{ss ss sI sI s{sI}}", "ph", "M", "name", "thread_sort_index",
				 "pid", process(e), "tid", thread(e, lane), "args", "sort_index",
				 (json_int_t)lane));
	}
}

static int by_process(const void *a, const void *b)
{
	json_int_t x = process(*(const struct event *const *)a),
		   y = process(*(const struct event *const *)b);

	return x < y ? -1 : x > y;
}

/* Names of all vcpus that the trace has events of. */
static void put_all_lanes(struct writer *w)
{
	const struct event **first = xcalloc(w->t->count, sizeof(*first));

	for (size_t i = 0; i < w->t->count; i++)
		first[i] = &w->t->events[i];
	qsort(first, w->t->count, sizeof(*first), by_process);
	for (size_t i = 0; i < w->t->count; i++)
		if (i == 0 || process(first[i]) != process(first[i - 1]))
			put_lanes(w, first[i]);
	free(first);
}

/* The VMM's slices, and what `tltrace stats` says of them. */
static void put_holds(struct writer *w)
{
	const struct event *v = w->t->events;

	holds_find(w->t, 0, w->t->count - 1, 0, &w->holds);
	for (size_t i = 0; i < w->holds.count; i++) {
		const struct hold *h = &w->holds.v[i];
		struct sb why = {0};
		json_t *j;

		hold_reason(w->t, h, &why);
		j = record(w, "X", why.s, "vmm", &v[h->entry], LANE_vmm);
		json_object_set_new(j, "dur",
				    json_real(length(w->t, v[h->entry].ts, v[h->exit].ts)));
		json_object_set_new(j, "args",
				    json_pack("{sI sb sb sI}", "instructions",
					      (json_int_t)(h->closed && !h->waited ? h->cost : 0),
					      "timed", h->closed && !h->waited, "entry",
					      v[h->entry].from != LANE_vmm, "seq",
					      (json_int_t)v[h->entry].seq));
		put(w, j);
		sb_free(&why);
	}
}

static bool same_vcpu(const struct event *a, const struct event *b)
{
	return a->domain == b->domain && a->vcpu == b->vcpu;
}

/* A lane of the guest's ran until @e. */
static void put_run(struct writer *w, const struct event *e)
{
	const struct event *from = &w->t->events[w->since];
	json_t *j = record(w, "X", from->to == LANE_app ? "application" : "guest OS", "guest", from,
			   from->to);

	json_object_set_new(j, "dur", json_real(length(w->t, from->ts, e->ts)));
	json_object_set_new(j, "args", json_pack("{sI}", "seq", (json_int_t)from->seq));
	put(w, j);
}

/* Both ends of an arrow must lie in a slice, or the viewers drop it: one in the stay or run that
 * ends by crossing @e, a tick before, the other in what begins then. What leaves the VMM leaves the
 * stay of who entered it, which may have ended a little before, as when an event is delivered with
 * a hypercall's result. */
static void put_arrow(struct writer *w, const struct event *e, const struct event *begin, u64 end)
{
	u64 at = end > begin->ts ? end - 1 : begin->ts;
	json_t *j = record(w, "s", e->def->name, "crossing", begin, e->from);

	json_object_set_new(j, "ts", json_real(us(w->t, at)));
	json_object_set_new(j, "id", json_integer(e->seq));
	put(w, j);
	j = record(w, "f", e->def->name, "crossing", e, e->to);
	json_object_set_new(j, "id", json_integer(e->seq));
	json_object_set_new(j, "bp", json_string("e"));
	put(w, j);
}

/* Crossing @e ends a slice of the lane that it leaves: if @ran, a run, which began with the
 * crossing before; or a stay in the VMM. Nothing is known to run in the hardware. */
static void begin_arrow(struct writer *w, const struct event *e, bool ran)
{
	const struct event *v = w->t->events;
	const struct hold *h = w->hold ? &w->holds.v[w->hold - 1] : NULL;
	struct arrow *a = &w->arrow;

	*a = (struct arrow){.e = e, .end = e->ts};
	if (e->from == LANE_vmm && h) {
		a->begin = &v[h->entry];
		a->end = v[h->exit].ts < e->ts ? v[h->exit].ts : e->ts;
	} else if (ran) {
		a->begin = &v[w->since];
	}
	/* A stay begins here; whether a run does, the next crossing tells. */
	if (a->begin && event_is_entry(e) && e->to == LANE_vmm)
		put_arrow(w, e, a->begin, a->end);
	if (e->to >= LANE_hw)
		a->begin = NULL;
}

static void cross(struct writer *w, size_t i)
{
	const struct event *e = &w->t->events[i], *from = &w->t->events[w->since];
	bool ran = w->runs && from->to == e->from && same_vcpu(from, e) && from->to < LANE_hw;

	if (ran && w->arrow.begin)
		put_arrow(w, w->arrow.e, w->arrow.begin, w->arrow.end);
	if (ran)
		put_run(w, e);
	begin_arrow(w, e, ran);
	w->since = i;
	w->runs = true;
}

static void put_event(struct writer *w, size_t i)
{
	const struct event *e = &w->t->events[i];
	json_t *j = record(w, "i", e->def->name, "event", e, e->from);

	json_object_set_new(j, "s", json_string("t"));
	json_object_set_new(j, "args", json_event(e));
	put(w, j);
	if (w->hold < w->holds.count && w->holds.v[w->hold].entry == i)
		w->hold++;
	if (event_crosses(e)) {
		cross(w, i);
	} else if (event_is_entry(e)) {
		w->runs = false;
	}
	if (e->lost_after)
		w->runs = false;
}

static void put_episodes(struct writer *w)
{
	struct episodes all;

	episodes_find(w->t, &all);
	for (size_t i = 0; i < all.count; i++) {
		const struct episode *ep = &all.v[i];
		const struct event *first = &w->t->events[ep->first];
		char name[64], id[32];

		if (episode_is_page_fault(w->t, ep))
			snprintf(name, sizeof(name), "fault at 0x%08x: %s",
				 event_u32(&w->t->events[ep->entry], "va"),
				 episode_verdict(w->t, ep));
		else
			snprintf(name, sizeof(name), "%s: %s", w->t->events[ep->entry].def->name,
				 episode_verdict(w->t, ep));
		snprintf(id, sizeof(id), "%u:%u", ep->domain, ep->fault);
		for (int end = 0; end < 2; end++) {
			json_t *j = record(w, end ? "e" : "b", name, "episode",
					   end ? &w->t->events[ep->last] : first, LANE_app);

			json_object_set_new(j, "pid", json_integer(process(first)));
			json_object_set_new(j, "tid", json_integer(thread(first, LANE_app)));
			json_object_set_new(j, "id", json_string(id));
			json_object_set_new(j, "args",
					    json_pack("{sI sI}", "fault", (json_int_t)ep->fault,
						      "events", (json_int_t)ep->events));
			put(w, j);
		}
	}
	episodes_free(&all);
}

void chrome_write(const struct trace *t, FILE *f)
{
	struct writer w = {.t = t, .f = f};
	struct progress progress = progress_begin("export");
	const char *slash = strrchr(t->name, '/');
	json_t *about = json_pack(
	    "{so sI sI ss}", "trace", json_string("?"), "events", (json_int_t)t->count,
	    "ticks_per_second", (json_int_t)t->freq, "time",
	    "ts and dur are microseconds of the time-stamp counter, from the first event on; under "
	    "QEMU's -icount shift=0 a tick is an instruction, and 1000 of them are a microsecond");
	json_t *name = json_string(slash ? slash + 1 : t->name);
	char *s;

	if (name)
		json_object_set_new(about, "trace", name);
	s = json_dumps(about, JSON_COMPACT);
	fprintf(f, "{\"displayTimeUnit\":\"ns\",\"otherData\":%s,\"traceEvents\":[\n", s);
	free(s);
	json_decref(about);
	put_all_lanes(&w);
	put_holds(&w);
	for (size_t i = 0; i < t->count; i++) {
		put_event(&w, i);
		progress_tell(&progress, "event", i + 1, t->count);
	}
	put_episodes(&w);
	holds_free(&w.holds);
	fprintf(f, "\n]}\n");
}

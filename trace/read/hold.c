/* hold.c: how long the VMM held the CPU: from each entry to the moment it let go again. */
#include "read/hold.h"

#include "trapline/ring.h"

#include <stdlib.h>
#include <string.h>

static bool wanted(const struct event *e, u64 episode)
{
	return episode == 0 || event_episode(e) == episode;
}

static struct hold *new_hold(struct holds *out, size_t *cap, size_t entry)
{
	if (out->count == *cap) {
		*cap = *cap ? *cap * 2 : 64;
		out->v = xrealloc(out->v, *cap, sizeof(*out->v));
	}
	out->v[out->count] = (struct hold){.entry = entry, .exit = entry};
	return &out->v[out->count++];
}

enum waiting hold_waiting(enum waiting before, const struct event *e)
{
	if (event_is(e, EV_block))
		return before == IDLED ? IDLED : BLOCKED;
	if (!event_is(e, EV_sched) || before == IDLED)
		return before;
	return event_u32(e, "prev") == TRACE_NO_DOMAIN || event_u32(e, "next") == TRACE_NO_DOMAIN
		   ? IDLED
		   : WORKED;
}

void holds_find(const struct trace *t, size_t first, size_t last, u64 episode, struct holds *out)
{
	enum waiting waiting = WORKED;
	struct hold *open = NULL;
	size_t cap = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = first; i <= last && i < t->count; i++) {
		const struct event *e = &t->events[i];

		if (!wanted(e, episode))
			continue;
		/* An interrupt that finds the VMM at work, or idle, is part of the same stay. */
		if (event_is_entry(e) && !(open && e->from == LANE_vmm)) {
			open = new_hold(out, &cap, i);
			waiting = WORKED;
		}
		if (!open)
			continue;
		open->exit = i;
		waiting = hold_waiting(waiting, e);
		if (e->lost_after && !event_is_exit(e))
			waiting = IDLED;
		if (event_is_exit(e)) {
			open->closed = true;
			open->waited = waiting != WORKED;
			open->cost = e->ts - t->events[open->entry].ts;
			open = NULL;
		}
	}
}

void holds_free(struct holds *h)
{
	free(h->v);
	memset(h, 0, sizeof(*h));
}

/* The note that explains a trap best: what was emulated, or what the walk said. */
static void add_explanation(const struct trace *t, const struct hold *h, struct sb *out)
{
	u64 episode = event_episode(&t->events[h->entry]);

	for (size_t i = h->entry + 1; i <= h->exit; i++) {
		const struct event *e = &t->events[i];
		const char *field = event_is(e, EV_emulate) ? "op"
				    : event_is(e, EV_walk)  ? "verdict"
							    : NULL;
		enum type_id type;
		s64 v;

		if (!field || event_episode(e) != episode || !event_field(e, field, &v, &type))
			continue;
		sb_add(out, ", ");
		event_format_value(out, type, v);
		return;
	}
}

static void add_vector(struct sb *out, u32 vec)
{
	const char *name = vector_name(vec);

	if (name)
		sb_add(out, "%s", name);
	else
		sb_add(out, "int 0x%02x", vec);
}

void hold_reason(const struct trace *t, const struct hold *h, struct sb *out)
{
	const struct event *e = &t->events[h->entry];
	const char *name;

	if (event_is(e, EV_hypercall)) {
		name = hypercall_name(event_u32(e, "nr"));
		sb_add(out, "hypercall ");
		if (name)
			sb_add(out, "%s", name);
		else
			sb_add(out, "%u", event_u32(e, "nr"));
	} else if (event_is(e, EV_irq)) {
		sb_add(out, "irq 0x%02x from %s", event_u32(e, "vec"), lane_name(e->from));
	} else {
		add_vector(out, event_u32(e, "vec"));
		sb_add(out, " from %s", lane_name(e->from));
		add_explanation(t, h, out);
	}
}

void tally_events(const struct trace *t, size_t first, size_t last, u64 episode, struct tally *out)
{
	struct holds holds;

	holds_find(t, first, last, episode, &holds);
	tally_holds(t, &holds, TRACE_NO_DOMAIN, out);
	holds_free(&holds);
}

/* Only a change from ring 1 or 3 to ring 0 is an entry. */
static bool counts(const struct event *e, u32 domain)
{
	return e->from != LANE_vmm && (domain == TRACE_NO_DOMAIN || e->domain == domain);
}

void tally_entry(const struct trace *t, const struct hold *h, u32 domain, struct tally *y)
{
	const struct event *e = &t->events[h->entry];

	if (!counts(e, domain))
		return;
	y->traps += event_is(e, EV_trap);
	y->irqs += event_is(e, EV_irq);
	y->hypercalls += event_is(e, EV_hypercall);
}

void tally_cost(const struct trace *t, const struct hold *h, u32 domain, struct tally *y)
{
	if (counts(&t->events[h->entry], domain) && !h->waited)
		y->cost += h->cost;
}

void tally_holds(const struct trace *t, const struct holds *h, u32 domain, struct tally *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < h->count; i++) {
		tally_entry(t, &h->v[i], domain, out);
		tally_cost(t, &h->v[i], domain, out);
	}
}

bool trace_counts_entries(const struct trace *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->events[i].def->class == CLASS_trap)
			return true;
	return false;
}

bool hold_is_cut(const struct trace *t, size_t at, u32 domain)
{
	if (at >= t->count || (event_is_entry(&t->events[at]) && event_crosses(&t->events[at])))
		return false;
	while (at--) {
		const struct event *e = &t->events[at];

		if (e->lost_after || event_is_exit(e) || event_is(e, EV_native))
			return false;
		if (event_is_entry(e) && event_crosses(e))
			return counts(e, domain);
	}
	return false;
}

void tally_format(struct sb *b, const struct tally *y)
{
	sb_add(b, "VMM entries: %u (traps %u, hypercalls %u", y->traps + y->hypercalls + y->irqs,
	       y->traps, y->hypercalls);
	if (y->irqs)
		sb_add(b, ", irqs %u", y->irqs);
	sb_add(b, ")");
}

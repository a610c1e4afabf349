/* play_facts.c: what a step tells besides its picture: the events behind it, and the cost so far.
 */
#include "play/play.h"

#include "draw/disasm.h"
#include "trapline/ring.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_AHEAD 64 /* events among which the instruction that trapped is looked for */

/* Of each event, the step that tells of it: the last one that has come by then. */
static void find_tellers(const struct facts *f, size_t *teller)
{
	const struct steps *s = f->steps;
	size_t step = 0;

	for (size_t i = f->first; i <= f->last; i++) {
		while (step + 1 < s->count && s->v[step + 1].event <= i)
			step++;
		teller[i - f->first] = step;
	}
}

/* One stay in the VMM: the notes that sum up, from 1; 0: there is none. */
struct sums {
	size_t p2m, spte, pte_write, update;
};

/* Which note says "and 3 more" of such as @e is, too? 0: none */
static size_t sums_up(const struct sums *n, const struct event *e)
{
	switch (e->def->id) {
	case EV_spte:
		return n->spte;
	case EV_p2m:
		return n->p2m ? n->p2m : n->spte ? n->spte : n->pte_write;
	case EV_mmu_update:
		return (s32)event_u32(e, "result") < 0 ? 0 : n->update;
	}
	return 0;
}

static void note_sum(const struct event *e, size_t step, struct sums *n)
{
	switch (e->def->id) {
	case EV_p2m:
		n->p2m = step + 1;
		break;
	case EV_spte:
		n->spte = step + 1;
		break;
	case EV_pte_write:
		n->pte_write = step + 1;
		break;
	case EV_mmu_update:
		if ((s32)event_u32(e, "result") >= 0)
			n->update = step + 1;
		break;
	}
}

static bool has_step(const struct facts *f, size_t i, size_t step)
{
	return step < f->steps->count && f->steps->v[step].event == i;
}

/* What a note of this stay, events [@from, @to), sums up, it tells of. */
static void give_to_sums(const struct facts *f, size_t from, size_t to, size_t *teller)
{
	struct sums n = {0};

	for (size_t i = from; i < to; i++)
		if (has_step(f, i, teller[i - f->first]))
			note_sum(&f->t->events[i], teller[i - f->first], &n);
	for (size_t i = from; i < to; i++) {
		size_t step = sums_up(&n, &f->t->events[i]);

		if (step && !has_step(f, i, teller[i - f->first]))
			teller[i - f->first] = step - 1;
	}
}

static bool is_shown(const struct facts *f, const struct event *e)
{
	return (!f->episode || event_episode(e) == f->episode) &&
	       (f->domain == TRACE_NO_DOMAIN || e->domain == f->domain);
}

/* Which events the scene is about. What is nobody's, as a frame's new type, is of the stay in which
 * it happens: of whoever has entered last. */
static void choose_events(const struct facts *f, bool *shown, size_t *teller)
{
	size_t entered = f->first;
	bool inside = false;

	for (size_t i = f->first; i <= f->last; i++) {
		const struct event *e = &f->t->events[i];

		shown[i - f->first] = is_shown(f, e) || (inside && e->domain == TRACE_NO_DOMAIN);
		if (!(event_is_entry(e) && event_crosses(e)) && !event_is_exit(e) && !e->lost_after)
			continue;
		if (inside)
			give_to_sums(f, entered, i, teller);
		inside = event_is_entry(e) && is_shown(f, e) && !e->lost_after;
		entered = i;
	}
	if (inside)
		give_to_sums(f, entered, f->last + 1, teller);
}

/* Sort the events by who tells of them. */
static void sort_events(struct facts *f)
{
	size_t n = f->last - f->first + 1;
	size_t *teller = xcalloc(n, sizeof(*teller));
	bool *shown = xcalloc(n, sizeof(*shown));

	find_tellers(f, teller);
	choose_events(f, shown, teller);
	f->told = xcalloc(n, sizeof(*f->told));
	/* Where each step's begin lies two places further on, until they have been filled in. */
	f->from = xcalloc(f->steps->count + 3, sizeof(*f->from));
	for (size_t i = 0; i < n; i++)
		f->from[teller[i] + 2] += shown[i];
	for (size_t i = 2; i < f->steps->count + 2; i++)
		f->from[i] += f->from[i - 1];
	for (size_t i = 0; i < n; i++)
		if (shown[i])
			f->told[f->from[teller[i] + 1]++] = f->first + i;
	free(shown);
	free(teller);
}

void facts_begin(struct facts *f, const struct trace *t, size_t first, size_t last, u64 episode,
		 u32 domain, const struct steps *steps, struct source *guest)
{
	memset(f, 0, sizeof(*f));
	f->t = t;
	f->steps = steps;
	f->guest = guest;
	f->episode = episode;
	f->domain = domain;
	f->first = first;
	f->last = last < t->count ? last : t->count - 1;
	holds_find(t, first, last, episode, &f->holds);
	sort_events(f);
}

void facts_end(struct facts *f)
{
	holds_free(&f->holds);
	free(f->told);
	free(f->from);
}

/* Everything up to event @at has happened. */
static void count_to(struct facts *f, size_t at)
{
	for (; f->entered < f->holds.count && f->holds.v[f->entered].entry <= at; f->entered++)
		tally_entry(f->t, &f->holds.v[f->entered], f->domain, &f->tally);
	for (; f->left < f->holds.count && f->holds.v[f->left].exit <= at; f->left++)
		tally_cost(f->t, &f->holds.v[f->left], f->domain, &f->tally);
}

static json_t *one_event(const struct trace *t, const struct event *e)
{
	json_t *j = json_pack("[IIIIIII]", (json_int_t)e->seq,
			      (json_int_t)(e->ts - t->events[0].ts), (json_int_t)e->def->id,
			      e->domain == TRACE_NO_DOMAIN ? (json_int_t)-1 : (json_int_t)e->domain,
			      (json_int_t)e->vcpu, (json_int_t)e->from, (json_int_t)e->to);

	for (size_t i = 0; i < e->def->nfields; i++) {
		const u8 *bytes = e->def->fields[i].type == TY_b16
				      ? event_bytes(e, e->def->fields[i].name)
				      : NULL;
		char hex[33];

		for (int k = 0; bytes && k < 16; k++)
			snprintf(hex + 2 * k, 3, "%02x", bytes[k]);
		json_array_append_new(j, bytes ? json_string(hex)
					       : json_integer((json_int_t)event_value(e, i)));
	}
	return j;
}

/* The events that step @i tells of, its own in any case: several steps may have the same. */
static json_t *events_of(const struct facts *f, size_t i)
{
	size_t own = f->steps->v[i].event;
	json_t *all = json_array();
	bool has = false;

	for (size_t k = f->from[i]; k < f->from[i + 1]; k++) {
		if (!has && f->told[k] > own)
			json_array_append_new(all, one_event(f->t, &f->t->events[own]));
		has = has || f->told[k] >= own;
		json_array_append_new(all, one_event(f->t, &f->t->events[f->told[k]]));
	}
	if (!has)
		json_array_append_new(all, one_event(f->t, &f->t->events[own]));
	return all;
}

/* The instruction that made the entry at event @at, as text, or null if none is recorded. */
static json_t *instruction(const struct trace *t, size_t at)
{
	const struct event *entry = &t->events[at];
	char text[STEP_TEXT];

	if (!event_is_entry(entry))
		return json_null();
	for (size_t i = at + 1; i < t->count && i < at + LOOK_AHEAD; i++) {
		const struct event *e = &t->events[i];
		u32 len;

		if (e->domain != entry->domain || e->vcpu != entry->vcpu)
			continue;
		if (event_is_entry(e) || event_is_exit(e))
			break;
		if (!event_is(e, EV_insn))
			continue;
		len = event_u32(e, "len");
		disasm(event_bytes(e, "bytes"), len < 16 ? len : 15, event_u32(e, "eip"), text,
		       sizeof(text));
		return text[0] ? json_string(text) : json_null();
	}
	return json_null();
}

/* The guest kernel's line that leaves for the VMM by event @e, or goes on behind it; else null. */
static json_t *guest_line(const struct facts *f, const struct event *e)
{
	bool leaves = event_is_entry(e) && e->from == LANE_guest;
	u32 eip = event_u32(e, "eip");

	if (!f->guest || domains_have(f->other, e->domain) ||
	    !(leaves || (event_is(e, EV_resume) && e->to == LANE_guest)))
		return json_null();
	/* A hypercall's is behind its int, which is of two bytes. */
	return source_line(f->guest, event_is(e, EV_hypercall) ? eip - 2 : eip);
}

/* Does the CPU enter or leave the VMM by this step? */
static bool crosses_vmm(const struct step *s)
{
	return s->kind == STEP_ARROW && (s->from == LANE_vmm || s->to == LANE_vmm);
}

json_t *facts_of(struct facts *f, size_t i)
{
	const struct step *s = &f->steps->v[i], *end = f->steps->v + f->steps->count;
	bool last = s + 1 == end || s[1].event != s->event;
	size_t to = s + 1 == end ? f->last : last ? s[1].event - 1 : s->event;
	json_t *details = json_array();

	/* One event may have several steps: it counts with the one that crosses, or the last. */
	if (last || crosses_vmm(s))
		count_to(f, to);
	else if (s->event)
		count_to(f, s->event - 1);
	for (u8 k = 0; k < s->ndetails; k++)
		json_array_append_new(details, play_text(s->detail[k]));
	return json_pack(
	    "[IIIIIIooI[IIII]Iooo]", (json_int_t)s->number, (json_int_t)s->kind,
	    (json_int_t)s->style, (json_int_t)s->from, (json_int_t)s->to, (json_int_t)s->guest,
	    play_text(s->title), details, (json_int_t)s->cost, (json_int_t)f->tally.traps,
	    (json_int_t)f->tally.irqs, (json_int_t)f->tally.hypercalls, (json_int_t)f->tally.cost,
	    (json_int_t)(f->t->events[s->event].ts - f->t->events[0].ts),
	    instruction(f->t, s->event), events_of(f, i), guest_line(f, &f->t->events[s->event]));
}

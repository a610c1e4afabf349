/* play_facts.c: what a step tells besides its picture: the events behind it, and the cost so far.
 */
#include "play/play.h"

#include "draw/disasm.h"
#include "trapline/ring.h"

#include <string.h>

#define LOOK_AHEAD 64 /* events among which the instruction that trapped is looked for */

void facts_begin(struct facts *f, const struct trace *t, size_t first, size_t last, u64 episode,
		 u32 domain, const struct steps *steps, struct source *guest)
{
	memset(f, 0, sizeof(*f));
	f->t = t;
	f->steps = steps;
	f->guest = guest;
	f->episode = episode;
	f->domain = domain;
	f->next = first;
	f->last = last < t->count ? last : t->count - 1;
	holds_find(t, first, last, episode, &f->holds);
}

void facts_end(struct facts *f)
{
	holds_free(&f->holds);
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

/* Events [@from, @to] that the scene is about; @own in any case. */
static json_t *events_of(const struct facts *f, size_t from, size_t to, size_t own)
{
	json_t *all = json_array();

	for (size_t i = from; i <= to; i++) {
		const struct event *e = &f->t->events[i];

		if (i == own || ((!f->episode || event_episode(e) == f->episode) &&
				 (f->domain == TRACE_NO_DOMAIN || e->domain == f->domain)))
			json_array_append_new(all, one_event(f->t, e));
	}
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

	if (!f->guest || !(leaves || (event_is(e, EV_resume) && e->to == LANE_guest)))
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
	bool first = i == 0 || s[-1].event != s->event;
	bool last = s + 1 == end || s[1].event != s->event;
	size_t to = s + 1 == end ? f->last : last ? s[1].event - 1 : s->event;
	json_t *details = json_array(), *events;

	events = events_of(f, first ? f->next : s->event, to, s->event);
	/* One event may have several steps: it counts with the one that crosses, or the last. */
	if (last || crosses_vmm(s))
		count_to(f, to);
	else if (s->event)
		count_to(f, s->event - 1);
	if (last)
		f->next = to + 1;
	for (u8 k = 0; k < s->ndetails; k++)
		json_array_append_new(details, play_text(s->detail[k]));
	return json_pack(
	    "[IIIIIIooI[IIII]Iooo]", (json_int_t)s->number, (json_int_t)s->kind,
	    (json_int_t)s->style, (json_int_t)s->from, (json_int_t)s->to, (json_int_t)s->guest,
	    play_text(s->title), details, (json_int_t)s->cost, (json_int_t)f->tally.traps,
	    (json_int_t)f->tally.irqs, (json_int_t)f->tally.hypercalls, (json_int_t)f->tally.cost,
	    (json_int_t)(f->t->events[s->event].ts - f->t->events[0].ts),
	    instruction(f->t, s->event), events, guest_line(f, &f->t->events[s->event]));
}

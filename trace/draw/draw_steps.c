/* draw_steps.c: from events to the steps of a picture, each in its phase. */
#include "draw/draw_words.h"

#include "draw/disasm.h"
#include "draw/draw_labels.h"
#include "draw/text.h"
#include "trapline/ring.h"
#include "trapline/xen/xen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void draw_text(char *to, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to, STEP_TEXT, word(fmt), ap);
	va_end(ap);
	text_whole(to);
}

void draw_detail(struct step *s, const char *fmt, ...)
{
	va_list ap;

	if (s->ndetails == STEP_DETAILS)
		return;
	va_start(ap, fmt);
	vsnprintf(s->detail[s->ndetails], STEP_TEXT, word(fmt), ap);
	va_end(ap);
	text_whole(s->detail[s->ndetails++]);
}

struct step *draw_add_step(struct steps *s, enum step_kind kind, u8 from, u8 to)
{
	struct step *p;

	if (s->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 32;
		s->v = xrealloc(s->v, s->cap, sizeof(*s->v));
	}
	p = &s->v[s->count++];
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->from = from;
	p->to = to;
	p->guest = s->guest;
	return p;
}

static bool same_guest(const struct event *a, const struct event *b)
{
	return a->domain == b->domain && a->vcpu == b->vcpu;
}

/* Which of the picture's guests an event is of; those who have no lane are told apart by none. */
static u8 guest_of(const struct steps *s, const struct event *e)
{
	u8 i = 0;

	while (i < s->nguests && i < MOST_GUESTS &&
	       (s->guests[i].domain != e->domain || s->guests[i].vcpu != e->vcpu))
		i++;
	return i < s->nguests ? i : MOST_GUESTS;
}

static bool goes_before(struct guest a, struct guest b)
{
	return a.domain < b.domain || (a.domain == b.domain && a.vcpu < b.vcpu);
}

/* Who runs among these events, in order: they get lanes. */
static void find_guests(const struct trace *t, size_t first, size_t last, u64 episode, u32 domain,
			struct steps *out)
{
	for (size_t i = first; i <= last && i < t->count; i++) {
		const struct event *e = &t->events[i];
		struct guest g = {e->domain, e->vcpu, e->from == LANE_app || e->to == LANE_app};
		size_t k = 0, n = out->nguests < MOST_GUESTS ? out->nguests : MOST_GUESTS;

		if ((episode && event_episode(e) != episode) ||
		    (domain != TRACE_NO_DOMAIN && e->domain != domain) ||
		    (e->from >= LANE_hw && e->to >= LANE_hw))
			continue;
		while (k < n && goes_before(out->guests[k], g))
			k++;
		if (k < n && !goes_before(g, out->guests[k])) {
			out->guests[k].app |= g.app;
			continue;
		}
		out->nguests = n + 1;
		if (n == MOST_GUESTS)
			return;
		memmove(&out->guests[k + 1], &out->guests[k], (n - k) * sizeof(g));
		out->guests[k] = g;
	}
}

static void keep_first(const struct event **slot, size_t *count, const struct event *e)
{
	if (!*slot)
		*slot = e;
	if (count)
		(*count)++;
}

/* Is it a page fault in the page of this address? */
static bool is_fault_at(const struct event *e, u32 va)
{
	return e && event_is(e, EV_trap) && event_u32(e, "vec") == 14 &&
	       event_u32(e, "va") >> 12 == va >> 12;
}

static void remember(struct stay *s, const struct event *e)
{
	switch (e->def->id) {
	case EV_insn:
		keep_first(&s->insn, NULL, e);
		break;
	case EV_emulate:
		keep_first(&s->emulate, NULL, e);
		break;
	case EV_walk:
		keep_first(&s->walk, NULL, e);
		break;
	case EV_pte_write:
		keep_first(&s->pte_write, &s->nptes, e);
		break;
	case EV_p2m:
		keep_first(&s->p2m, &s->np2m, e);
		break;
	case EV_shadow_new:
		s->table = e;
		break;
	case EV_spte:
		keep_first(&s->spte, &s->nsptes, e);
		/* Of several, the one that the fault is about. */
		if (is_fault_at(s->entry, event_u32(e, "va")) &&
		    !is_fault_at(s->entry, event_u32(s->spte, "va")))
			s->spte = e;
		if (s->spte == e)
			s->apart = s->p2m && s->table && s->table > s->p2m;
		break;
	case EV_mmu_update:
		keep_first(&s->update, &s->nupdates, e);
		break;
	}
}

/* The whole stay that begins at event @at, seen before its first step is drawn: what the guest
 * wanted is known only from the notes that follow. */
static void look_ahead(const struct trace *t, size_t at, size_t last, u64 episode, struct stay *s)
{
	memset(s, 0, sizeof(*s));
	s->entry = event_is_entry(&t->events[at]) ? &t->events[at] : NULL;
	for (size_t i = at + 1; i <= last && i < t->count; i++) {
		const struct event *e = &t->events[i];

		if ((episode && event_episode(e) != episode) || !same_guest(e, &t->events[at]))
			continue;
		if (event_is_entry(e) && event_crosses(e))
			break;
		if (event_is_exit(e)) {
			s->exit = e;
			break;
		}
		remember(s, e);
	}
	if (s->insn) {
		u32 len = event_u32(s->insn, "len");

		disasm(event_bytes(s->insn, "bytes"), len < 16 ? len : 15,
		       event_u32(s->insn, "eip"), s->code, sizeof(s->code));
	}
}

/* Where in the story of a page fault a stay belongs; the phases never go back. */
static enum phase phase_of(const struct stay *s, enum phase now, bool first)
{
	u32 op = s->emulate ? event_u32(s->emulate, "op") : (u32)OP_other;
	enum phase p = now;

	if (s->entry && s->entry->from == LANE_app && first)
		return PHASE_FAULT;
	if (s->exit && s->exit->to == LANE_app)
		p = PHASE_RETURN;
	else if (s->pte_write || s->nupdates || s->p2m)
		p = PHASE_INSTALL;
	else if (s->entry && event_is(s->entry, EV_hypercall) &&
		 (event_u32(s->entry, "nr") == __HYPERVISOR_mmu_update ||
		  event_u32(s->entry, "nr") == __HYPERVISOR_update_va_mapping))
		p = PHASE_INSTALL;
	else if (op == OP_mov_from_cr2)
		p = PHASE_LEARN;
	return p > now ? p : now;
}

/* A guest, which may have entered the VMM and not come out before another does. */
struct running {
	struct stay stay;
	u16 whose; /* domain */
	bool in_stay;
	/* The application's instruction that faulted, while it may still be retried. */
	const struct event *faulted;
	char mnemonic[STEP_TEXT];
};

struct builder {
	const struct trace *t;
	size_t last;
	u64 episode;
	struct steps *out;
	u32 domain;
	struct running who[MOST_GUESTS + 1]; /* the last: those who have no lane */
	struct running *now;		     /* who entered last */
	bool inside;			     /* and nobody has come out since */
	enum waiting waiting;
	size_t stays;
	enum phase phase;
	u64 since;	   /* time of that entry */
	struct stay loose; /* of a note that is part of no stay */
};

/* Steps that came with a phase of their own keep it; nobody goes back. */
static void set_phases(struct builder *b, size_t from)
{
	for (size_t i = from; i < b->out->count; i++) {
		struct step *s = &b->out->v[i];

		if (!b->out->phased)
			b->phase = PHASE_FAULT;
		if (s->phase < b->phase || !b->out->phased)
			s->phase = b->phase;
		b->phase = s->phase;
	}
}

static void entry(struct builder *b, size_t i)
{
	const struct event *e = &b->t->events[i];

	struct running *w = b->now = &b->who[guest_of(b->out, e)];

	look_ahead(b->t, i, b->last, b->episode, &w->stay);
	w->whose = e->domain;
	w->in_stay = b->inside = event_crosses(e);
	b->waiting = WORKED;
	b->since = e->ts;
	b->phase = phase_of(&w->stay, b->phase, b->stays++ == 0);
	if (event_is(e, EV_trap) && e->from == LANE_app && event_u32(e, "vec") == 14) {
		w->faulted = e;
		draw_text(w->mnemonic, "%.*s", (int)strcspn(w->stay.code, " "), w->stay.code);
	}
	draw_entry(b->out, &w->stay);
}

#define LONGEST_INSN 15 /* bytes: SDM vol. 2, 2.3.11 */

/* What the next entry from the application says of the instruction that runs again now. */
static void tell_retry(const struct trace *t, const struct running *w, const struct event *e,
		       char *out)
{
	const struct event *end = t->events + t->count, *x = e;
	u32 eip = event_u32(e, "eip");
	char again[STEP_TEXT];

	out[0] = 0;
	if (!w->faulted || e->to != LANE_app || eip != event_u32(w->faulted, "eip"))
		return;
	draw_text(again, "retry%s%s", w->mnemonic[0] ? " " : "", w->mnemonic);
	do {
		if (x->lost_after || ++x == end)
			return; /* nobody knows */
	} while (!event_is_entry(x) || x->from != LANE_app || !same_guest(x, e));
	if (event_is(x, EV_hypercall) || event_u32(x, "eip") != eip)
		draw_text(out, "%s: %s, no trap", again,
			  word(trace_domain_mmu(t, e->domain) == 1 ? WORD("shadow hit")
								   : WORD("mapped")));
	else if (event_is(x, EV_irq))
		return; /* it is interrupted before, or half-way */
	else if (event_u32(x, "vec") != 14)
		draw_text(out, "%s: traps again", again);
	else if (event_u32(x, "va") == event_u32(w->faulted, "va"))
		draw_text(out, "%s: faults again", again);
	else if (event_u32(w->faulted, "va") - eip < LONGEST_INSN)
		draw_text(out, "%s: faults at 0x%08x", again, event_u32(x, "va"));
	/* It was data: a loop may have come round, to the next page. */
}

static void leave(struct builder *b, const struct event *e)
{
	struct running *w = &b->who[guest_of(b->out, e)];
	size_t before = b->out->count;
	char retry[STEP_TEXT];

	/* A fault that ends in the VMM skipped everything that the guest would have done. */
	if (e->to == LANE_app && b->phase < PHASE_RETURN)
		b->phase = PHASE_RETURN;
	tell_retry(b->t, w, e, retry);
	draw_exit(b->out, w->in_stay ? &w->stay : NULL, e, retry);
	if (b->inside && b->waiting == WORKED)
		for (size_t i = before; i < b->out->count; i++)
			if (b->out->v[i].kind == STEP_ARROW)
				b->out->v[i].cost = e->ts - b->since;
	if (e->to == LANE_app)
		w->faulted = NULL;
	w->in_stay = b->inside = false;
}

/* Work inside the VMM is part of the stay of whoever entered last, if it is done for them. */
static void note(struct builder *b, size_t i)
{
	const struct event *e = &b->t->events[i];

	/* Notes of the first stay tell how the VMM decides, or how it repairs. */
	if (b->stays == 1 && b->inside && b->phase < PHASE_DECIDE)
		b->phase = PHASE_DECIDE;
	if ((event_is(e, EV_spte) || event_is(e, EV_shadow_new)) && b->stays == 1 &&
	    b->phase < PHASE_INSTALL)
		b->phase = PHASE_INSTALL;
	if (b->inside && same_guest(e, b->now->stay.entry)) {
		draw_note(b->out, &b->now->stay, e);
		return;
	}
	look_ahead(b->t, i, i, b->episode, &b->loose);
	remember(&b->loose, e);
	b->loose.entry = b->inside ? b->now->stay.entry : NULL;
	draw_note(b->out, &b->loose, e);
}

static void one_event(struct builder *b, size_t i)
{
	const struct event *e = &b->t->events[i];
	size_t before = b->out->count;

	b->out->guest = guest_of(b->out, e);
	if (event_is(e, EV_cr3) || event_is_entry(e))
		b->out->mmu = trace_domain_mmu(b->t, e->domain);
	b->waiting = hold_waiting(b->waiting, e);
	if (event_is_entry(e)) {
		entry(b, i);
	} else if (event_is_exit(e)) {
		leave(b, e);
	} else if (event_is(e, EV_native)) {
		b->phase = e->to == LANE_app ? PHASE_RETURN : b->phase;
		draw_native(b->out, e);
	} else {
		note(b, i);
	}
	set_phases(b, before);
	for (size_t k = before; k < b->out->count; k++)
		b->out->v[k].event = i;
}

/* What was lost behind event `i`, whosever that is: it may have been anybody's. An episode that
 * ends there is unfinished, which is said elsewhere. */
static void gap(struct builder *b, size_t i)
{
	const struct event *e = &b->t->events[i];
	struct steps *out = b->out;
	struct step *s;

	if (!e->lost_after || (i == b->last && (b->episode || i + 1 < b->t->count)))
		return;
	if (out->count && out->v[out->count - 1].kind == STEP_GAP) {
		out->v[out->count - 1].count += e->lost_after;
	} else {
		s = draw_add_step(out, STEP_GAP, LANE_app, LANE_vmm);
		s->count = e->lost_after;
		s->event = i;
		s->phase = b->phase;
	}
	b->inside = false;
	for (size_t g = 0; g < ARRAY_SIZE(b->who); g++)
		b->who[g].in_stay = false;
}

/* What others do is looked at, since a stay of ours may end with theirs, but not drawn. */
static bool is_drawn(const struct builder *b, const struct event *e)
{
	if (b->domain == TRACE_NO_DOMAIN || e->domain == b->domain)
		return true;
	return !event_crosses(e) && b->inside && b->now->whose == b->domain;
}

static bool is_page_fault(const struct trace *t, size_t first, size_t last, u64 episode)
{
	for (size_t i = first; i <= last && i < t->count; i++) {
		const struct event *e = &t->events[i];

		if (event_episode(e) == episode && event_is_entry(e))
			return e->from == LANE_app && event_is(e, EV_trap) &&
			       event_u32(e, "vec") == 14;
	}
	return false;
}

void draw_steps(const struct trace *t, size_t first, size_t last, u64 episode, u32 domain,
		struct steps *out)
{
	struct builder b = {.t = t, .last = last, .episode = episode, .out = out, .domain = domain};

	out->phased = episode && is_page_fault(t, first, last, episode);
	find_guests(t, first, last, episode, domain, out);
	for (size_t i = first; i <= last && i < t->count; i++) {
		size_t before = out->count;

		if (!episode || event_episode(&t->events[i]) == episode)
			one_event(&b, i);
		if (!is_drawn(&b, &t->events[i]))
			out->count = before;
		gap(&b, i);
	}
}

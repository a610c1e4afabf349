/* draw_steps.c: from events to the steps of a picture, each in its phase. */
#include "draw/draw_words.h"

#include "draw/disasm.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
#define V(number, name) OP_##name = number,
	TRACE_VALUES_op(V)
#undef V
};

void draw_text(char *to, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to, STEP_TEXT, fmt, ap);
	va_end(ap);
}

void draw_detail(struct step *s, const char *fmt, ...)
{
	va_list ap;

	if (s->ndetails == STEP_DETAILS)
		return;
	va_start(ap, fmt);
	vsnprintf(s->detail[s->ndetails++], STEP_TEXT, fmt, ap);
	va_end(ap);
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
	return p;
}

static void keep_first(const struct event **slot, size_t *count, const struct event *e)
{
	if (!*slot)
		*slot = e;
	if (count)
		(*count)++;
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
	case EV_spte:
		keep_first(&s->spte, &s->nsptes, e);
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

		if (episode && event_episode(e) != episode)
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
		 event_u32(s->entry, "nr") == 14) /* update_va_mapping */
		p = PHASE_INSTALL;
	else if (op == OP_mov_from_cr2)
		p = PHASE_LEARN;
	return p > now ? p : now;
}

struct builder {
	const struct trace *t;
	size_t last;
	u64 episode;
	struct steps *out;
	struct stay stay;
	bool in_stay;
	size_t stays;
	enum phase phase;
	u64 since; /* time of the stay's entry */
	/* The application's instruction that faulted, while it may still be retried. */
	const struct event *faulted;
	char mnemonic[STEP_TEXT];
};

/* Steps that came with a phase of their own keep it; nobody goes back. */
static void set_phases(struct builder *b, size_t from)
{
	for (size_t i = from; i < b->out->count; i++) {
		struct step *s = &b->out->v[i];

		if (s->phase < b->phase)
			s->phase = b->phase;
		b->phase = s->phase;
	}
}

static void entry(struct builder *b, size_t i)
{
	const struct event *e = &b->t->events[i];

	look_ahead(b->t, i, b->last, b->episode, &b->stay);
	b->in_stay = event_crosses(e);
	b->since = e->ts;
	b->phase = phase_of(&b->stay, b->phase, b->stays++ == 0);
	if (event_is(e, EV_trap) && e->from == LANE_app && event_u32(e, "vec") == 14) {
		b->faulted = e;
		draw_text(b->mnemonic, "%.*s", (int)strcspn(b->stay.code, " "), b->stay.code);
	}
	draw_entry(b->out, &b->stay);
}

/* Does the instruction that faulted run again now, and does the trace show that it succeeds: that
 * the next entry from an application is not the same fault once more? */
static void tell_retry(const struct builder *b, const struct event *e, char *out)
{
	const struct event *end = b->t->events + b->t->count;
	const char *space = b->mnemonic[0] ? " " : "";

	out[0] = 0;
	if (!b->faulted || e->to != LANE_app || event_u32(e, "eip") != event_u32(b->faulted, "eip"))
		return;
	for (const struct event *x = e + 1; x < end; x++) {
		if (!event_is_entry(x) || x->from != LANE_app)
			continue;
		if (event_is(x, EV_trap) && x->domain == e->domain &&
		    event_u32(x, "eip") == event_u32(e, "eip") &&
		    event_u32(x, "va") == event_u32(b->faulted, "va")) {
			draw_text(out, "retry%s%s: faults again", space, b->mnemonic);
			return;
		}
		break;
	}
	draw_text(out, "retry%s%s: %s, no trap", space, b->mnemonic,
		  trace_mmu(b->t) == 1 ? "shadow hit" : "mapped");
}

static void leave(struct builder *b, const struct event *e)
{
	size_t before = b->out->count;
	char retry[STEP_TEXT];

	/* A fault that ends in the VMM skipped everything that the guest would have done. */
	if (e->to == LANE_app && b->phase < PHASE_RETURN)
		b->phase = PHASE_RETURN;
	tell_retry(b, e, retry);
	draw_exit(b->out, b->in_stay ? &b->stay : NULL, e, retry);
	for (size_t i = before; i < b->out->count && b->in_stay; i++)
		if (b->out->v[i].kind == STEP_ARROW)
			b->out->v[i].cost = e->ts - b->since;
	if (e->to == LANE_app)
		b->faulted = NULL;
	b->in_stay = false;
}

static void one_event(struct builder *b, size_t i)
{
	const struct event *e = &b->t->events[i];
	size_t before = b->out->count;

	if (event_is_entry(e)) {
		entry(b, i);
	} else if (event_is_exit(e)) {
		leave(b, e);
	} else if (event_is(e, EV_native)) {
		b->phase = e->to == LANE_app ? PHASE_RETURN : b->phase;
		draw_native(b->out, e);
	} else {
		/* Notes of the first stay tell how the VMM decides, or how it repairs. */
		if (b->stays == 1 && b->in_stay && b->phase < PHASE_DECIDE)
			b->phase = PHASE_DECIDE;
		if (event_is(e, EV_spte) && b->stays == 1 && b->phase < PHASE_INSTALL)
			b->phase = PHASE_INSTALL;
		if (!b->in_stay)
			look_ahead(b->t, i, i, b->episode, &b->stay), remember(&b->stay, e);
		draw_note(b->out, &b->stay, e);
	}
	set_phases(b, before);
	if (e->lost_after && i < b->last) {
		draw_add_step(b->out, STEP_GAP, LANE_app, LANE_vmm)->count = e->lost_after;
		b->in_stay = false;
	}
	for (size_t k = before; k < b->out->count; k++)
		b->out->v[k].event = i;
}

void draw_steps(const struct trace *t, size_t first, size_t last, u64 episode, struct steps *out)
{
	struct builder b = {.t = t, .last = last, .episode = episode, .out = out};

	for (size_t i = first; i <= last && i < t->count; i++)
		if (!episode || event_episode(&t->events[i]) == episode)
			one_event(&b, i);
}

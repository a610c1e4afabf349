/* expect_run.c: holding a trace against the lines of an expectation, in order. */
#include "expect/expect.h"

#include "read/episode.h"
#include "read/hold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING EXPECT_NO_EVENT

struct run {
	const struct trace *t;
	const struct expect *x;
	const struct expect_vars *preset;
	struct expect_vars vars;
	/* The scope: indexes of the events that the lines speak of. */
	size_t *scope;
	size_t n;
	u64 episode; /* 0: the whole trace */
	size_t pos;  /* in scope: first event not yet passed */
	size_t at;   /* in scope: the event that a failure is about, or NOTHING */
	struct sb why;
	bool colour;
};

static const struct event *nth(const struct run *r, size_t i)
{
	return &r->t->events[r->scope[i]];
}

static void set_scope(struct run *r, const struct episode *ep)
{
	size_t first = ep ? ep->first : 0, last = ep ? ep->last : r->t->count - 1;

	r->n = r->pos = 0;
	r->episode = ep ? ep->id : 0;
	for (size_t i = first; i <= last; i++)
		if (!ep || event_episode(&r->t->events[i]) == ep->id)
			r->scope[r->n++] = i;
}

static bool choose_episode(struct run *r, const struct expect_line *l)
{
	const struct episode *found = NULL;
	struct expect_vars best = r->vars;
	struct episodes all;

	if (l->pick == PICK_ALL) {
		set_scope(r, NULL);
		return true;
	}
	episodes_find(r->t, &all);
	for (size_t i = 0; i < all.count; i++) {
		const struct episode *ep = &all.v[i];
		struct expect_vars vars = r->vars;
		bool ok =
		    l->pick == PICK_NUMBER
			? ep->fault == l->number
			: expect_match(&l->pattern, &r->t->events[ep->entry], &vars, true, NULL);

		if (!ok || (found && l->pick == PICK_FIRST))
			continue;
		found = ep;
		best = vars;
	}
	if (found) {
		r->vars = best;
		set_scope(r, found);
	} else {
		sb_add(&r->why, "no episode begins like this; the trace has %zu episodes",
		       all.count);
	}
	episodes_free(&all);
	return found != NULL;
}

/* A loss between two events means that nobody can say what came next. */
static bool lost_between(struct run *r, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < r->n; i++) {
		if (!nth(r, i)->lost_after)
			continue;
		r->at = i;
		sb_add(&r->why, "%u events were lost behind event %u: their order is unknown",
		       nth(r, i)->lost_after, nth(r, i)->seq);
		return true;
	}
	return false;
}

/* Why does none of the events up to @last match? A note of the right kind with a wrong field tells
 * more than the crossing that ended the search. */
static void explain_next(struct run *r, const struct expect_line *l, size_t last)
{
	size_t about = last, nearness = 1;
	struct sb why = {0};

	for (size_t i = r->pos; i < last; i++) {
		size_t near = expect_nearness(&l->pattern, nth(r, i), &r->vars);

		if (strcmp(nth(r, i)->def->name, l->pattern.event) || near < nearness)
			continue;
		nearness = near;
		about = i;
	}
	expect_match(&l->pattern, nth(r, about), &r->vars, true, &why);
	r->at = about;
	if (about == last)
		sb_add(&r->why, "%s is event %u: %s",
		       event_crosses(nth(r, about)) ? "the next crossing" : "the last event",
		       nth(r, about)->seq, why.s);
	else
		sb_add(&r->why, "event %u differs: %s", nth(r, about)->seq, why.s);
	sb_free(&why);
}

/* The next crossing must match; a note may match before it. */
static bool run_next(struct run *r, const struct expect_line *l, bool optional)
{
	for (size_t i = r->pos; i < r->n; i++) {
		if (expect_match(&l->pattern, nth(r, i), &r->vars, true, NULL)) {
			if (r->pos && lost_between(r, r->pos - 1, i))
				return false;
			r->pos = i + 1;
			return true;
		}
		if (event_crosses(nth(r, i)) || i + 1 == r->n) {
			if (!optional)
				explain_next(r, l, i);
			return optional;
		}
	}
	if (!optional)
		sb_add(&r->why, "%s ends before this happens",
		       r->episode ? "the episode" : "the trace");
	return optional;
}

static bool run_then(struct run *r, const struct expect_line *l)
{
	size_t i = r->pos;
	struct sb why = {0};
	bool ok;

	/* insn notes only accompany their trap: nobody wants to list them. */
	while (i < r->n && event_is(nth(r, i), EV_insn) && strcmp(l->pattern.event, "insn"))
		i++;
	if (i == r->n) {
		sb_add(&r->why, "nothing comes after the line before");
		return false;
	}
	ok = expect_match(&l->pattern, nth(r, i), &r->vars, true, &why);
	if (!ok) {
		r->at = i;
		sb_add(&r->why, "the very next event is event %u: %s", nth(r, i)->seq, why.s);
	} else if (r->pos && lost_between(r, r->pos - 1, i)) {
		ok = false;
	} else {
		r->pos = i + 1;
	}
	sb_free(&why);
	return ok;
}

#define JUST_BEFORE 8 /* events */

/* It may have happened, but before what should come first. */
static void explain_earlier(struct run *r, const struct expect_line *l)
{
	struct expect_vars vars = r->vars;

	for (size_t i = r->pos, n = 0; i-- > 0 && n < JUST_BEFORE; n++)
		if (expect_match(&l->pattern, nth(r, i), &vars, true, NULL)) {
			sb_add(&r->why, "; event %u does, but is too early: before event %u",
			       nth(r, i)->seq, nth(r, r->pos - 1)->seq);
			return;
		}
}

static bool run_any(struct run *r, const struct expect_line *l)
{
	size_t nearness = 0;

	for (size_t i = r->pos; i < r->n; i++) {
		size_t near;

		if (expect_match(&l->pattern, nth(r, i), &r->vars, true, NULL)) {
			r->pos = i + 1;
			return true;
		}
		near = expect_nearness(&l->pattern, nth(r, i), &r->vars);
		if (near > nearness) {
			nearness = near;
			r->at = i;
		}
	}
	sb_add(&r->why, "no later event of %s matches", r->episode ? "this episode" : "the trace");
	if (r->at != NOTHING) {
		sb_add(&r->why, "; the nearest is event %u: ", nth(r, r->at)->seq);
		expect_match(&l->pattern, nth(r, r->at), &r->vars, true, &r->why);
	}
	explain_earlier(r, l);
	return false;
}

/* An unbound variable would make `never` hold of anything: refuse it. */
static bool all_bound(struct run *r, const struct expect_pattern *p)
{
	for (size_t i = 0; i < p->ntests; i++) {
		if (!p->tests[i].var[0] || expect_var(&r->vars, p->tests[i].var))
			continue;
		sb_add(&r->why, "$%s has no value yet; never and count cannot give it one",
		       p->tests[i].var);
		return false;
	}
	return true;
}

static bool run_count(struct run *r, const struct expect_line *l)
{
	bool never = l->kind == LINE_NEVER;
	bool at_most = never || l->op == OP_EQ || l->op == OP_LE || l->op == OP_LT;
	u64 most = never ? 0 : l->number - (l->op == OP_LT && l->number);
	size_t n = 0, hit = NOTHING;

	if (!all_bound(r, &l->pattern) || (r->n && lost_between(r, 0, r->n)))
		return false;
	for (size_t i = 0; i < r->n; i++) {
		if (!expect_match(&l->pattern, nth(r, i), &r->vars, false, NULL))
			continue;
		/* The first that is one too many. */
		if (n++ == most && at_most)
			hit = i;
	}
	if (never ? n == 0 : expect_compare(l->op, (s64)n, (s64)l->number))
		return true;
	r->at = hit;
	if (never)
		sb_add(&r->why, "event %u matches", nth(r, hit)->seq);
	else
		sb_add(&r->why, "there are %zu, expected %s %llu", n, expect_op_name(l->op),
		       (unsigned long long)l->number);
	return false;
}

static bool run_cost(struct run *r, const struct expect_line *l)
{
	struct tally y;

	if (r->n && lost_between(r, 0, r->n))
		return false;
	memset(&y, 0, sizeof(y));
	if (r->n)
		tally_events(r->t, r->scope[0], r->scope[r->n - 1], r->episode, &y);
	if (expect_compare(l->op, (s64)y.cost, (s64)l->number))
		return true;
	sb_add(&r->why, "the VMM took %llu instructions, expected %s %llu",
	       (unsigned long long)y.cost, expect_op_name(l->op), (unsigned long long)l->number);
	return false;
}

static bool run_end(struct run *r)
{
	if (r->n && lost_between(r, 0, r->n))
		return false;
	for (size_t i = r->pos; i < r->n; i++) {
		if (!event_crosses(nth(r, i)))
			continue;
		r->at = i;
		sb_add(&r->why, "event %u still crosses a ring", nth(r, i)->seq);
		return false;
	}
	return true;
}

static bool run_line(struct run *r, const struct expect_line *l)
{
	r->at = NOTHING;
	switch (l->kind) {
	case LINE_LET:
		/* The user's --set wins, so that one file serves every address. */
		return expect_var(r->preset, l->name) ||
		       expect_set_var(&r->vars, l->name, (s64)l->number);
	case LINE_EPISODE:
		return choose_episode(r, l);
	case LINE_NEXT:
		return run_next(r, l, false);
	case LINE_MAYBE:
		return run_next(r, l, true);
	case LINE_THEN:
		return run_then(r, l);
	case LINE_ANY:
		return run_any(r, l);
	case LINE_NEVER:
	case LINE_COUNT:
		return run_count(r, l);
	case LINE_COST:
		return run_cost(r, l);
	case LINE_END:
		return run_end(r);
	}
	return false;
}

static void show_events(const struct run *r, struct sb *out)
{
	size_t mid = r->at != NOTHING ? r->at : r->pos, first = mid > 4 ? mid - 4 : 0;

	if (r->n == 0)
		return;
	if (r->episode)
		sb_add(out, "  events of episode %u around it:\n", (u32)r->episode);
	else
		sb_add(out, "  events around it:\n");
	for (size_t i = first; i < r->n && i < mid + 5; i++) {
		bool here = i == r->at;

		sb_add(out, "%s  %c", here && r->colour ? "\033[1;31m" : "", here ? '>' : ' ');
		event_format(out, nth(r, i));
		sb_add(out, "%s\n", here && r->colour ? "\033[0m" : "");
	}
}

/* A line about amounts speaks of the end of its scope, if of no event. */
static void tell_miss(const struct run *r, const struct expect_line *l, struct expect_miss *m)
{
	bool at_end = r->pos >= r->n || l->kind == LINE_COUNT || l->kind == LINE_COST ||
		      l->kind == LINE_EPISODE;

	*m = (struct expect_miss){
	    .file = r->x->file, .line = l, .episode = r->episode, .vars = r->vars};
	m->first = r->n ? r->scope[0] : 0;
	m->last = r->n ? r->scope[r->n - 1] : 0;
	m->pos = at_end ? m->last + 1 : r->scope[r->pos];
	m->at = r->at == NOTHING ? NOTHING : r->scope[r->at];
	snprintf(m->why, sizeof(m->why), "%s", r->why.s ? r->why.s : "it cannot be evaluated");
}

static void report(const struct run *r, const struct expect_line *l, struct sb *out)
{
	sb_add(out, "%s%s:%d: does not hold%s\n    %s\n  because %s\n", r->colour ? "\033[1m" : "",
	       r->x->file, l->lineno, r->colour ? "\033[0m" : "", l->text,
	       r->why.s ? r->why.s : "it cannot be evaluated");
	if (r->vars.count) {
		sb_add(out, "  bound:");
		for (size_t i = 0; i < r->vars.count; i++)
			sb_add(out, " $%s=0x%llx", r->vars.v[i].name,
			       (unsigned long long)r->vars.v[i].value);
		sb_add(out, "\n");
	}
	show_events(r, out);
}

int expect_run(const struct expect *x, const struct trace *t, const struct expect_vars *preset,
	       const char *fault, bool colour, struct sb *out, struct expect_miss *miss,
	       struct err *err)
{
	struct run r = {.t = t, .x = x, .preset = preset, .vars = *preset, .colour = colour};
	struct episode ep;
	int rc = 0;

	if (fault && episode_select(t, fault, &ep, err))
		return -1;
	r.scope = xcalloc(t->count, sizeof(*r.scope));
	set_scope(&r, fault ? &ep : NULL);
	for (size_t i = 0; i < x->count && rc == 0; i++) {
		if (run_line(&r, &x->lines[i]))
			continue;
		report(&r, &x->lines[i], out);
		if (miss)
			tell_miss(&r, &x->lines[i], miss);
		rc = 1;
	}
	sb_free(&r.why);
	free(r.scope);
	return rc;
}

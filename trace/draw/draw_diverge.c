/*
 * draw_diverge.c: where a trace leaves what is expected of it: a few steps before, the expected one
 * in grey, what came instead in red, a few steps behind.
 */
#include "draw/draw_page.h"

#include "expect/expect.h"
#include "trapline/ring.h"
#include "draw/text.h"

#include <stdio.h>
#include <string.h>

#define BEFORE 5
#define BEHIND 2

/* Add @s at @at. */
static void insert(struct steps *steps, size_t at, const struct step *s)
{
	draw_add_step(steps, s->kind, s->from, s->to);
	memmove(&steps->v[at + 1], &steps->v[at], (steps->count - 1 - at) * sizeof(*s));
	steps->v[at] = *s;
}

/* The lane that a pattern names by from= or to=, else @otherwise. */
static u8 lane_of(const struct expect_pattern *p, const char *field, u8 otherwise)
{
	for (size_t i = 0; i < p->ntests; i++) {
		const struct expect_test *t = &p->tests[i];

		if (!strcmp(t->field, field) && t->op == OP_EQ && !t->var[0] && t->number >= 0 &&
		    t->number < NR_LANES)
			return (u8)t->number;
	}
	return otherwise;
}

/* From where to where the expected step goes; a note if from and to are the same. */
static void expected_lanes(const struct expect_line *l, const struct event *got, struct step *s)
{
	static const char *const entries[] = {"trap", "irq", "hypercall", "entry"};
	static const char *const exits[] = {"resume", "inject", "hcall_ret", "exit"};
	u8 from = LANE_vmm, to = LANE_vmm;

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		if (!strcmp(l->pattern.event, entries[i]))
			from = LANE_guest;
		if (!strcmp(l->pattern.event, exits[i]))
			to = LANE_guest;
	}
	if (!strcmp(l->pattern.event, "native"))
		from = LANE_guest, to = LANE_app;
	if (got && event_crosses(got) && expect_event_fits(l->pattern.event, got))
		from = got->from, to = got->to;
	s->from = lane_of(&l->pattern, "from", from);
	s->to = lane_of(&l->pattern, "to", to);
	s->kind = s->from == s->to ? STEP_NOTE : STEP_ARROW;
	s->diamond = from < LANE_hw && to == LANE_vmm && strcmp(l->pattern.event, "hypercall");
}

static void make_expected(const struct expect_line *l, const struct event *got, struct step *s)
{
	const char *comment = strstr(l->text, " #");

	*s = (struct step){
	    .kind = STEP_NOTE, .from = LANE_vmm, .to = LANE_vmm, .mark = MARK_EXPECTED};
	if (l->kind == LINE_NEXT || l->kind == LINE_THEN || l->kind == LINE_ANY)
		expected_lanes(l, got, s);
	draw_text(s->title, "expected: %s%s",
		  l->kind == LINE_EPISODE ? "an episode from "
		  : l->kind == LINE_NEVER ? "never "
		  : l->kind == LINE_COUNT ? "count of "
		  : l->kind == LINE_COST  ? "cost"
		  : l->kind == LINE_END	  ? "nothing more"
					  : "",
		  l->pattern.event);
	draw_detail(s, "%.*s", (int)(comment ? comment - l->text : (long)strlen(l->text)), l->text);
}

/* Mark the steps that tell of event @at. What has no step of its own is told by the one before.
 * @return the first that is marked */
static size_t mark_got(const struct trace *t, struct steps *s, size_t at)
{
	const struct event *e = &t->events[at];
	size_t i = s->count;
	char title[STEP_TEXT];
	struct sb b = {0};

	while (i && s->v[i - 1].event > at)
		i--;
	if (!i)
		return 0;
	do
		s->v[--i].mark = MARK_GOT;
	while (i && s->v[i].kind != STEP_GAP && s->v[i - 1].kind != STEP_GAP &&
	       s->v[i - 1].event == s->v[i].event);
	event_format_fields(&b, e);
	memcpy(title, s->v[i].title, sizeof(title));
	draw_text(s->v[i].title, "got: %s", title);
	s->v[i].ndetails = 0;
	draw_detail(&s->v[i], "event %u: %s %s", e->seq, e->def->name, b.s ? b.s : "");
	sb_free(&b);
	return i;
}

/* The first step of the fold that step @i is part of, and how many steps that has; else @i, 0. */
static size_t fold_of(const struct steps *s, size_t i, size_t *length)
{
	*length = 0;
	for (size_t k = 0; k <= i && i < s->count; k++)
		if (s->v[k].times && k + s->v[k].group > i) {
			*length = s->v[k].group;
			return k;
		}
	return i;
}

/* Instead of steps [@from, @to) of @s one row says how many they are; one of each phase. */
static void hide(struct steps *s, size_t from, size_t to)
{
	struct step more = {.kind = STEP_MORE};
	size_t first = to;

	for (; first > from && s->v[first - 1].phase == s->v[to - 1].phase; first--)
		;
	if (to > first + 1) {
		more.phase = s->v[first].phase;
		more.count = (u32)(to - first);
		draw_text(more.title, "… %u more steps …", more.count);
		s->v[first] = more;
		memmove(&s->v[first + 1], &s->v[to], (s->count - to) * sizeof(more));
		s->count -= to - first - 1;
	}
	if (first > from)
		hide(s, from, first);
}

/* Folds are kept whole or not at all. */
static void trim(struct steps *s)
{
	size_t first = s->count, last = 0, end = s->count, length;

	for (size_t i = 0; i < s->count; i++) {
		if (!s->v[i].mark)
			continue;
		first = i < first ? i : first;
		last = i;
	}
	if (end && s->v[end - 1].kind == STEP_END)
		end--;
	if (last + 1 + BEHIND < end)
		hide(s, fold_of(s, last + 1 + BEHIND, &length), end);
	if (first > BEFORE) {
		size_t from = fold_of(s, first - BEFORE, &length);

		hide(s, 0, from < first - BEFORE ? from + length : from);
	}
}

/* "the next crossing is event 7: vec is 14, expected == 13": what differs comes first. */
static void tell(const struct expect_miss *m, struct side *out)
{
	const char *slash = strrchr(m->file, '/'), *colon = NULL;
	struct sb b = {0};

	for (const char *c = m->why; (c = strstr(c, ": ")); c++)
		colon = c;
	draw_text(out->title, "%s:%d does not hold", slash ? slash + 1 : m->file, m->line->lineno);
	snprintf(out->footer[0], sizeof(out->footer[0]), "%.150s", colon ? colon + 2 : m->why);
	if (colon)
		sb_add(&b, "%.*s", (int)(colon - m->why), m->why);
	for (size_t i = 0; i < m->vars.count; i++)
		sb_add(&b, "%s$%s=0x%llx",
		       i       ? " "
		       : colon ? "; with "
			       : "with ",
		       m->vars.v[i].name, (unsigned long long)m->vars.v[i].value);
	snprintf(out->footer[1], sizeof(out->footer[1]), "%s", b.s ? b.s : "");
	sb_free(&b);
}

void draw_divergence(const struct trace *t, const struct expect_miss *m, struct side *out)
{
	const struct event *got = m->at == EXPECT_NO_EVENT ? NULL : &t->events[m->at];
	struct step expected, end = {.kind = STEP_END};
	size_t at;

	memset(out, 0, sizeof(*out));
	out->vmm = trace_mmu(t) == 2 ? "Xen" : "VMM";
	draw_steps(t, m->first, m->last, m->episode, TRACE_NO_DOMAIN, &out->steps);
	make_expected(m->line, got, &expected);
	if (got) {
		at = mark_got(t, &out->steps, m->at);
		if (at < out->steps.count)
			expected.guest = out->steps.v[at].guest,
			expected.phase = out->steps.v[at].phase;
	} else {
		for (at = 0; at < out->steps.count && out->steps.v[at].event < m->pos; at++)
			;
		draw_text(end.title, "the %s ends here", m->episode ? "episode" : "trace");
		expected.guest = out->steps.guest; /* of the last step */
		expected.phase = at ? out->steps.v[at - 1].phase : PHASE_FAULT;
		end.phase =
		    out->steps.count ? out->steps.v[out->steps.count - 1].phase : PHASE_FAULT;
		insert(&out->steps, out->steps.count, &end);
	}
	insert(&out->steps, at, &expected);
	draw_fold(&out->steps);
	trim(&out->steps);
	tell(m, out);
}

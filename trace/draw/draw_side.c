/* draw_side.c: one column of a picture: its title, its steps and what they cost. */
#include "draw/draw_page.h"

#include "draw/draw_labels.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "VMM instructions: 363 + 183 + 543 + 243 = 1,332", or only the sum if that is too long. */
static void cost_line(const struct steps *s, u64 total, const char *cut, char *out, size_t size)
{
	struct sb b = {0};
	size_t n = 0;

	sb_add(&b, "%s", word("VMM instructions: "));
	for (size_t i = 0; i < s->count; i++)
		n += s->v[i].cost != 0;
	for (size_t i = 0, k = 0; i < s->count && n > 1 && n <= 8; i++) {
		if (!s->v[i].cost)
			continue;
		if (k++)
			sb_add(&b, " + ");
		page_number(&b, s->v[i].cost);
	}
	if (n > 1 && n <= 8)
		sb_add(&b, " = ");
	page_number(&b, total);
	sb_add(&b, "%s", cut);
	snprintf(out, size, "%s", b.s);
	text_whole(out);
	sb_free(&b);
}

void draw_tally(struct sb *b, const struct tally *y)
{
	sb_add(b, word("VMM entries: %u (traps %u, hypercalls %u"),
	       y->traps + y->hypercalls + y->irqs, y->traps, y->hypercalls);
	if (y->irqs)
		sb_add(b, word(", irqs %u"), y->irqs);
	sb_add(b, ")");
}

/* The cost is of whole stays: of a part of a run, what lies across its ends is not in it. */
static const char *what_is_cut(const struct trace *t, size_t first, size_t last, u32 domain)
{
	bool before = hold_is_cut(t, first, domain), behind = hold_is_cut(t, last + 1, domain);

	return word(before && behind ? WORD("; without stays that began before or end later")
		    : before	     ? WORD("; without the stay that began before")
		    : behind	     ? WORD("; without the stay that ends later")
				     : "");
}

/* One guest: its design. If it is not alone, who it is; several need not be of one design. */
static void make_title(const struct trace *t, struct side *out)
{
	static const char *const titles[] = {WORD("Trace"), WORD("ESX: shadow page tables"),
					     WORD("Xen: paravirtual direct paging")};
	size_t n = out->steps.nguests < MOST_GUESTS ? out->steps.nguests : MOST_GUESTS;
	u32 mmu = n ? trace_domain_mmu(t, out->steps.guests[0].domain) : trace_mmu(t);
	struct sb b = {0};
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		u16 domain = out->steps.guests[i].domain;

		if (trace_domain_mmu(t, domain) != mmu)
			mmu = 0;
		if (i == 0 || domain != out->steps.guests[i - 1].domain)
			sb_add(&b, "%s%u", k++ ? ", " : "", domain);
	}
	if (k > 1)
		draw_text(out->title, "Domains %s%s%s", b.s, mmu ? ": " : "",
			  mmu ? word(titles[mmu]) : "");
	else if (n > 1 || (n && t->domains.count > 1))
		draw_text(out->title, "Domain %s: %s", b.s, word(titles[mmu]));
	else
		draw_text(out->title, "%s", word(titles[mmu]));
	out->vmm = mmu == 2 ? WORD("Xen") : WORD("VMM");
	sb_free(&b);
}

/* The first option that the machine of @t was started with, and that of @other was not; what ran is
 * in the heading. */
static void add_option(const struct trace *t, const struct trace *other, struct side *out)
{
	static const char *const options[] = {
	    "isolation=", "sensitive=", "tables=", "sched=", "mem=", "guest."};

	for (const char *w = t->started; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
		size_t n = strcspn(w, " "), used = strlen(out->title);
		bool there = false;

		for (const char *o = other->started; *o; o += strcspn(o, " "), o += strspn(o, " "))
			there = there || (strcspn(o, " ") == n && !strncmp(o, w, n));
		for (size_t i = 0; i < ARRAY_SIZE(options) && !there; i++) {
			if (strncmp(w, options[i], strlen(options[i])))
				continue;
			snprintf(out->title + used, sizeof(out->title) - used, ", %.*s", (int)n, w);
			text_whole(out->title);
			return;
		}
	}
}

void draw_tell_apart(const struct trace *a, const struct trace *b, struct side *of_a,
		     struct side *of_b)
{
	if (strcmp(of_a->title, of_b->title))
		return;
	add_option(a, b, of_a);
	add_option(b, a, of_b);
}

/* An episode of which the trace has no more, but which has not come back to the application. */
static void say_unfinished(const struct trace *t, size_t last, struct side *out)
{
	const struct event *e = &t->events[last];
	struct step *s;

	if (e->to == LANE_app)
		return;
	if (e->lost_after)
		draw_add_step(&out->steps, STEP_GAP, LANE_app, LANE_vmm)->count = e->lost_after;
	s = draw_add_step(&out->steps, STEP_END, LANE_app, LANE_vmm);
	draw_text(s->title, "the trace has no more of this episode");
	for (size_t i = out->steps.count - (e->lost_after ? 2 : 1); i < out->steps.count; i++) {
		out->steps.v[i].event = last;
		out->steps.v[i].phase = i ? out->steps.v[i - 1].phase : PHASE_FAULT;
	}
	snprintf(out->footer[1], sizeof(out->footer[1]), "%s", word("It is unfinished"));
}

/* How many entries there were, and what they cost, if that was recorded. */
static void make_footer(const struct trace *t, size_t first, size_t last, u64 episode, u32 domain,
			struct side *out)
{
	struct holds holds;
	struct tally y;
	struct sb b = {0};

	out->uncounted = !trace_counts_entries(t);
	if (out->uncounted) {
		snprintf(out->footer[0], sizeof(out->footer[0]), "%s",
			 word(WORD("VMM entries were not recorded")));
		return;
	}
	holds_find(t, first, last, episode, &holds);
	tally_holds(t, &holds, domain, &y);
	holds_free(&holds);
	draw_tally(&b, &y);
	snprintf(out->footer[0], sizeof(out->footer[0]), "%s", b.s);
	text_whole(out->footer[0]);
	cost_line(&out->steps, y.cost, episode ? "" : what_is_cut(t, first, last, domain),
		  out->footer[1], sizeof(out->footer[1]));
	sb_free(&b);
}

void draw_side(const struct trace *t, size_t first, size_t last, u64 episode, struct side *out)
{
	draw_side_of(t, first, last, episode, TRACE_NO_DOMAIN, out);
}

void draw_side_of(const struct trace *t, size_t first, size_t last, u64 episode, u32 domain,
		  struct side *out)
{
	draw_side_unfolded(t, first, last, episode, domain, out);
	draw_fold(&out->steps);
}

void draw_side_unfolded(const struct trace *t, size_t first, size_t last, u64 episode, u32 domain,
			struct side *out)
{
	memset(out, 0, sizeof(*out));
	draw_steps(t, first, last, episode, domain, &out->steps);
	make_title(t, out);
	make_footer(t, first, last, episode, domain, out);
	if (episode)
		say_unfinished(t, last, out);
	draw_number(&out->steps);
	for (size_t i = 0; i < out->steps.count; i++)
		out->steps.v[i].spent = (i ? out->steps.v[i - 1].spent : 0) + out->steps.v[i].cost;
}

int draw_no_steps(struct err *err, const struct trace *t, u32 domain)
{
	if (domain == TRACE_NO_DOMAIN)
		return err_set(err, "%s: what is there is told by steps before it; begin earlier",
			       t->name);
	return err_set(err, "%s: domain %u does nothing there", t->name, domain);
}

void draw_side_free(struct side *s)
{
	free(s->steps.v);
	memset(s, 0, sizeof(*s));
}

/* draw_request.c: which episode is meant, and what a picture of it is called. */
#include "cmd/draw_request.h"

#include "draw/draw_labels.h"
#include "draw/text.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int request_episode(const struct trace *t, struct episode *out, struct err *err)
{
	struct episodes all;
	bool found = false;

	episodes_find(t, &all);
	for (size_t i = 0; i < all.count; i++) {
		if (!episode_is_page_fault(t, &all.v[i]) || !episode_is_whole(t, &all.v[i]))
			continue;
		*out = all.v[i];
		found = true;
	}
	episodes_free(&all);
	if (found)
		return 0;
	return err_set(err,
		       "%s: no whole page fault of an application; use --all, or --from and "
		       "--to",
		       t->name);
}

/* Say what the episodes of two traces are, if they are not page faults at one address. */
static bool add_both(const struct trace *t, const struct request *r, bool first, struct sb *out)
{
	bool faults = true;
	u32 va[2];

	for (int i = 0; i < 2; i++) {
		const char *fault = r->nfaults ? r->fault[i < r->nfaults ? i : 0] : NULL;
		struct episode ep;
		struct err err;

		if (fault ? episode_select(&t[i], fault, &ep, &err)
			  : request_episode(&t[i], &ep, &err))
			return false;
		faults = faults && episode_is_page_fault(&t[i], &ep);
		va[i] = event_u32(&t[i].events[ep.entry], "va");
	}
	if (!faults)
		sb_add(out, "%s", word(first ? WORD("Two episodes") : WORD("two episodes")));
	else if (va[0] != va[1])
		sb_add(out,
		       word(first ? WORD("Page faults at 0x%08x and 0x%08x")
				  : WORD("page faults at 0x%08x and 0x%08x")),
		       va[0], va[1]);
	return out->len != 0;
}

/* "walk, seed 7"; nothing if the trace does not know. */
static void add_one(const struct ran *ran, struct sb *out)
{
	if (ran->what[0] && ran->seed[0])
		sb_add(out, word("%s, seed %s"), ran->what, ran->seed);
	else
		sb_add(out, "%s", ran->what);
}

/* What ran, of two traces what differs, too: "walk, seed 7 / procs, seed 7"; of many events, else
 * the trace's name. */
static void add_ran(const struct trace *t, const struct request *r, struct sb *out)
{
	const char *slash = strrchr(t->name, '/');
	struct ran ran, other;

	trace_what_ran(&t[0], &ran);
	add_one(&ran, out);
	if (r->ndirs == 2) {
		trace_what_ran(&t[1], &other);
		if (strcmp(ran.what, other.what) || strcmp(ran.seed, other.seed)) {
			sb_add(out, " / ");
			add_one(&other, out);
		}
	} else if (!out->len && (r->ranged || r->all)) {
		sb_add(out, "%s", slash ? slash + 1 : t->name);
	}
	/* Of two, one may not know. */
	if (r->ndirs == 2 && (!ran.what[0] || !other.what[0]))
		sb_free(out);
}

const char *request_title(const struct trace *t, const struct request *r, char *buf, size_t size)
{
	struct sb ran = {0}, what = {0};
	struct episode ep;
	struct err err;

	add_ran(t, r, &ran);
	if (r->ranged)
		sb_add(&what, word("events %llu to %llu"),
		       (unsigned long long)(r->from ? r->from : 1),
		       (unsigned long long)(r->to && r->to < t->count ? r->to : t->count));
	else if (r->all)
		sb_add(&what, "%s", word("all events"));
	else if (r->nfaults == 2 && strcmp(r->fault[0], r->fault[1]))
		sb_add(&what, word("episodes %s and %s"), r->fault[0], r->fault[1]);
	else if (r->ndirs == 2 && add_both(t, r, !ran.len, &what))
		;
	else if (r->fault[0] ? episode_select(t, r->fault[0], &ep, &err)
			     : request_episode(t, &ep, &err))
		buf = NULL;
	else if (episode_is_page_fault(t, &ep))
		sb_add(
		    &what,
		    word(ran.len ? WORD("a page fault at 0x%08x") : WORD("A page fault at 0x%08x")),
		    event_u32(&t->events[ep.entry], "va"));
	else
		sb_add(&what,
		       word(ran.len ? WORD("episode %u of domain %u")
				    : WORD("Episode %u of domain %u")),
		       ep.fault, ep.domain);
	if (buf && ran.len)
		snprintf(buf, size, word("%s: %s"), ran.s, what.s);
	else if (buf)
		snprintf(buf, size, "%s", what.s);
	if (buf)
		text_whole(buf);
	sb_free(&ran);
	sb_free(&what);
	return buf;
}

void request_outline(const struct trace *t, const struct request *r, struct bookmarks *out)
{
	struct episodes all;

	episodes_find(t, &all);
	out->v = xcalloc(all.count + 1, sizeof(*out->v));
	for (size_t i = 0; i < all.count; i++) {
		const struct episode *e = &all.v[i];
		const struct event *x = &t->events[e->entry];
		struct bookmark *m = &out->v[out->count];
		char what[32];

		if ((r->from && e->first < r->from - 1) || (r->to && e->first > r->to - 1) ||
		    (r->domain != TRACE_NO_DOMAIN && e->domain != r->domain))
			continue;
		if (episode_is_page_fault(t, e))
			snprintf(what, sizeof(what), "0x%08x", event_u32(x, "va"));
		else
			snprintf(what, sizeof(what), "%s", x->def->name);
		m->event = e->first;
		snprintf(m->text, sizeof(m->text), word("Episode %u of domain %u: %s, %s"),
			 e->fault, e->domain, what, word(episode_verdict(t, e)));
		text_whole(m->text);
		out->count++;
	}
	episodes_free(&all);
}

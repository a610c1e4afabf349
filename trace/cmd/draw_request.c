/* draw_request.c: which episode is meant, and what a picture of it is called. */
#include "cmd/draw_request.h"

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

/* Are the episodes of two traces page faults at different addresses? */
static bool differ(const struct trace *t, const struct request *r)
{
	u32 va[2];

	for (int i = 0; i < 2; i++) {
		const char *fault = r->nfaults ? r->fault[i < r->nfaults ? i : 0] : NULL;
		struct episode ep;
		struct err err;

		if (fault ? episode_select(&t[i], fault, &ep, &err)
			  : request_episode(&t[i], &ep, &err))
			return false;
		if (!episode_is_page_fault(&t[i], &ep))
			return true;
		va[i] = event_u32(&t[i].events[ep.entry], "va");
	}
	return va[0] != va[1];
}

const char *request_title(const struct trace *t, const struct request *r, char *buf, size_t size)
{
	const char *slash = strrchr(t->name, '/');
	char ran[80], other[80] = "";
	struct episode ep;
	struct err err;
	size_t n;

	trace_what_ran(&t[0], ran, sizeof(ran));
	if (r->ndirs == 2)
		trace_what_ran(&t[1], other, sizeof(other));
	if (r->ndirs == 2 && strcmp(ran, other))
		ran[0] = '\0';
	if (!ran[0] && (r->ranged || r->all))
		snprintf(ran, sizeof(ran), "%s", slash ? slash + 1 : t->name);
	n = (size_t)snprintf(buf, size, "%s%s", ran, ran[0] ? ": " : "");
	buf += n;
	size -= n;
	if (r->ranged)
		snprintf(buf, size, "events %llu to %llu",
			 (unsigned long long)(r->from ? r->from : 1),
			 (unsigned long long)(r->to && r->to < t->count ? r->to : t->count));
	else if (r->all)
		snprintf(buf, size, "all events");
	else if (r->nfaults == 2 && strcmp(r->fault[0], r->fault[1]))
		snprintf(buf, size, "episodes %s and %s", r->fault[0], r->fault[1]);
	else if (r->ndirs == 2 && differ(t, r))
		snprintf(buf, size, "%cwo episodes", n ? 't' : 'T');
	else if (r->fault[0] ? episode_select(t, r->fault[0], &ep, &err)
			     : request_episode(t, &ep, &err))
		return NULL;
	else if (episode_is_page_fault(t, &ep))
		snprintf(buf, size, "%c page fault at 0x%08x", n ? 'a' : 'A',
			 event_u32(&t->events[ep.entry], "va"));
	else
		snprintf(buf, size, "%cpisode %u of domain %u", n ? 'e' : 'E', ep.fault, ep.domain);
	return buf - n;
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
		snprintf(m->text, sizeof(m->text), "Episode %u of domain %u: %s, %s", e->fault,
			 e->domain, what, episode_verdict(t, e));
		out->count++;
	}
	episodes_free(&all);
}

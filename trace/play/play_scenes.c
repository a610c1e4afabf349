/* play_scenes.c: which episodes the page has; of two traces, which of them belong together. */
#include "play/play.h"

#include "trapline/ring.h"

#include <stdlib.h>
#include <string.h>

/* Events that all episodes together may span: those of many vcpus may lie within each other. */
#define MOST_WORK (64u << 20)

/* One trace's page faults of applications, in the order in which they begin. */
struct faults {
	struct episode *v;
	size_t *other; /* the episode of the other trace that belongs to it, from 1; 0: none */
	size_t count;
};

static int find(const struct trace *t, struct faults *out, struct err *err)
{
	struct episodes all;
	u64 work = 0;

	episodes_find(t, &all);
	out->v = xcalloc(all.count + 1, sizeof(*out->v));
	out->other = xcalloc(all.count + 1, sizeof(*out->other));
	out->count = 0;
	for (size_t i = 0; i < all.count; i++) {
		if (!episode_is_page_fault(t, &all.v[i]))
			continue;
		out->v[out->count++] = all.v[i];
		work += all.v[i].last - all.v[i].first;
	}
	episodes_free(&all);
	return work <= MOST_WORK
		   ? 0
		   : err_set(err,
			     "%s: its episodes lie within each other, too many to draw them all",
			     t->name);
}

/* A fault that the guest has seen, by where it was. */
struct seen {
	u32 va;
	size_t index;
};

static int by_va(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->va != y->va)
		return x->va < y->va ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static struct seen *seen_of(const struct trace *t, const struct faults *f, size_t *count)
{
	struct seen *v = xcalloc(f->count + 1, sizeof(*v));

	*count = 0;
	for (size_t i = 0; i < f->count; i++)
		for (size_t k = f->v[i].first; k <= f->v[i].last; k++) {
			const struct event *e = &t->events[k];

			if (event_episode(e) != f->v[i].id || !event_is(e, EV_inject))
				continue;
			v[(*count)++] =
			    (struct seen){event_u32(&t->events[f->v[i].entry], "va"), i};
			break;
		}
	qsort(v, *count, sizeof(*v), by_va);
	return v;
}

static void join(struct faults f[2], size_t a, size_t b)
{
	f[0].other[a] = b + 1;
	f[1].other[b] = a + 1;
}

/* The same program touches the same addresses in both designs. Faults that one design hides from
 * the guest are its own; the others at one address belong together, from the last one back. */
static void join_by_address(const struct play_request *r, struct faults f[2])
{
	size_t n, m;
	struct seen *a = seen_of(r->t[0], &f[0], &n), *b = seen_of(r->t[1], &f[1], &m);

	while (n && m) {
		if (a[n - 1].va > b[m - 1].va) {
			n--;
		} else if (a[n - 1].va < b[m - 1].va) {
			m--;
		} else {
			n--, m--;
			join(f, a[n].index, b[m].index);
		}
	}
	free(a);
	free(b);
}

/* Which of @f is meant by --fault, or is the last that is whole. -1 with @err filled: none. */
static int choose(const struct trace *t, const struct faults *f, const char *fault, size_t *out,
		  struct err *err)
{
	struct episode want;
	bool found = false;

	if (fault && episode_select(t, fault, &want, err))
		return -1;
	for (size_t i = 0; i < f->count; i++) {
		if (fault ? f->v[i].id != want.id : !episode_is_whole(t, &f->v[i]))
			continue;
		*out = i;
		found = true;
	}
	return found ? 0
	       : fault
		   ? err_set(err, "%s: episode %s is no page fault of an application; --all has it",
			     t->name, fault)
		   : err_set(err, "%s: no whole page fault of an application; use --all", t->name);
}

static int choose_start(const struct play_request *r, struct faults f[2], size_t *start,
			struct err *err)
{
	size_t other;

	if (choose(r->t[0], &f[0], r->fault[0], start, err))
		return -1;
	if (r->ntraces < 2 || !r->fault[0])
		return 0;
	if (choose(r->t[1], &f[1], r->fault[1] ? r->fault[1] : r->fault[0], &other, err))
		return -1;
	if (f[0].other[*start])
		f[1].other[f[0].other[*start] - 1] = 0;
	if (f[1].other[other])
		f[0].other[f[1].other[other] - 1] = 0;
	join(f, *start, other);
	return 0;
}

/* The first trace's in order, with those of the second that belong to them; then what is left. */
static void fill(const struct play_request *r, const struct faults f[2], size_t start,
		 struct scenes *out)
{
	for (int n = 0; n < r->ntraces; n++)
		for (size_t i = 0; i < f[n].count; i++) {
			struct scene *s = &out->v[out->count];
			size_t other = f[n].other[i];

			if (n == 1 && other)
				continue;
			if (n == 0 && i == start)
				out->start = out->count;
			out->count++;
			s->has[n] = true;
			s->of[n] = f[n].v[i];
			if (other) {
				s->has[1] = true;
				s->of[1] = f[1].v[other - 1];
			}
		}
}

int scenes_choose(const struct play_request *r, struct scenes *out, struct err *err)
{
	struct faults f[2] = {0};
	size_t start = 0;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	for (int n = 0; n < r->ntraces && !rc; n++)
		rc = find(r->t[n], &f[n], err);
	if (!rc && r->ntraces == 2)
		join_by_address(r, f);
	/* Of a whole run it need not have any. */
	if (!rc && (!r->all || r->fault[0]))
		rc = choose_start(r, f, &start, err);
	if (!rc) {
		out->v = xcalloc(f[0].count + f[1].count + 1, sizeof(*out->v));
		if (r->all)
			out->v[out->count++] = (struct scene){
			    .has = {true}, .of = {{.first = r->from, .last = r->to}}};
		fill(r, f, start, out);
		if (r->all && !r->fault[0])
			out->start = 0;
	}
	for (int n = 0; n < 2; n++) {
		free(f[n].v);
		free(f[n].other);
	}
	return rc;
}

/* play.c: writes the page: scene by scene, page by page of each, then what is known of all. */
#include "play/play.h"

#include "read/output.h"
#include "read/progress.h"
#include "trapline/ring.h"

#include <stdlib.h>
#include <string.h>

#define ONE_PAGE  40 /* rows that are better looked at as one picture */
#define MOST_ROWS 1000000

struct writer {
	const struct play_request *r;
	FILE *f;
	struct table colours, titles;
	json_t *scenes, *pages;
	/* Of each row, so that it can be found without its page: when, what, from which lane to
	 * which, and its title; of each trace. */
	struct sb kind[2], lanes[2];
	json_t *when[2], *title[2];
	size_t rows;
	/* The scene that is being written. */
	struct side side[2];
	struct facts facts[2];
	/* Of a whole run, the event that each row tells of. */
	size_t *event, events;
	struct progress progress;
};

static char kind_of(const struct step *s)
{
	static const char styles[NR_STYLES] = {[STYLE_TRAP] = 't',
					       [STYLE_IRQ] = 'i',
					       [STYLE_HYPERCALL] = 'h',
					       [STYLE_INJECT] = 'j',
					       [STYLE_RETURN] = 'r'};

	return s->kind == STEP_ARROW ? styles[s->style] : s->kind == STEP_NOTE ? 'n' : 'g';
}

/* A row's index entries of one side; it may have no step there. */
static void index_step(struct writer *w, int side, const struct step *s)
{
	const struct trace *t = w->r->t[side];
	char kind = s ? kind_of(s) : '.', lanes = (char)('a' + (s ? s->from * 4 + s->to : 0));

	sb_put(&w->kind[side], &kind, 1);
	sb_put(&w->lanes[side], &lanes, 1);
	json_array_append_new(
	    w->when[side],
	    json_integer(s ? (json_int_t)(t->events[s->event].ts - t->events[0].ts) : -1));
	json_array_append_new(w->title[side],
			      json_integer(s ? table_number(&w->titles, s->title) : -1));
}

static void take_page(void *ctx, struct page *p, size_t n, size_t total)
{
	struct writer *w = ctx;
	json_t *j = play_page(p, &w->colours), *rows = json_array();

	progress_tell(&w->progress, "page", n + 1, total);
	for (size_t i = 0; i < p->nrows; i++) {
		const struct page_row *row = &p->rows[i];
		json_t *steps[2];

		for (int c = 0; c < 2; c++) {
			const struct step *s = row->step[c];
			/* A scene of the second trace alone has it as its only column. */
			int side = w->facts[0].t == w->r->t[0] ? c : 1;

			steps[c] = s ? facts_of(&w->facts[c], (size_t)(s - w->side[c].steps.v))
				     : json_null();
			if (c == 0 || w->facts[1].t)
				index_step(w, side, s);
		}
		if (w->r->ntraces == 2 && !w->facts[1].t)
			index_step(w, w->facts[0].t == w->r->t[0], NULL);
		json_array_append_new(rows,
				      json_pack("[iiioo]", (int)(row->y * 10), (int)(row->h * 10),
						row->phase, steps[0], steps[1]));
		if (w->event)
			w->event[w->events++] = row->step[0]->event;
	}
	json_object_set_new(j, "rows", rows);
	play_line(w->f, j);
	json_array_append_new(
	    w->pages, json_pack("[II]", (json_int_t)w->rows, (json_int_t)(w->rows + p->nrows)));
	w->rows += p->nrows;
}

/* What the list of episodes says of one. */
static json_t *describe(const struct writer *w, const struct scene *s, size_t from, size_t to)
{
	json_t *j = json_pack("{s[II]}", "rows", (json_int_t)from, (json_int_t)to),
	       *sides = json_array();

	for (int c = 0; c < 2; c++) {
		const struct trace *t = w->r->t[c];
		const struct episode *e = &s->of[c];
		struct tally y;

		if (!s->has[c]) {
			json_array_append_new(sides, json_null());
			continue;
		}
		if (e->id) {
			tally_events(t, e->first, e->last, e->id, &y);
		} else {
			struct holds all;

			json_object_set_new(j, "cut",
					    json_pack("[bb]",
						      hold_is_cut(t, e->first, w->r->domain),
						      hold_is_cut(t, e->last + 1, w->r->domain)));

			holds_find(t, e->first, e->last, 0, &all);
			tally_holds(t, &all, w->r->domain, &y);
			holds_free(&all);
		}
		json_array_append_new(
		    sides,
		    json_pack("{sI sI sI ss sb s[IIII] sI sI}", "fault", (json_int_t)e->fault,
			      "domain", (json_int_t)e->domain, "va",
			      e->id ? (json_int_t)event_u32(&t->events[e->entry], "va") : 0,
			      "verdict", e->id ? episode_verdict(t, e) : "", "whole",
			      e->id ? episode_is_whole(t, e) : true, "tally", (json_int_t)y.traps,
			      (json_int_t)y.irqs, (json_int_t)y.hypercalls, (json_int_t)y.cost,
			      "first", (json_int_t)t->events[e->first].seq, "last",
			      (json_int_t)t->events[e->last].seq));
	}
	json_object_set_new(j, "of", sides);
	return j;
}

static bool fits(const struct side *s)
{
	return s->steps.nguests <= MOST_GUESTS;
}

/* Draw a scene, and write its pages. False: it has more vcpus than a picture has lanes for. */
static bool add_scene(struct writer *w, const struct scene *s)
{
	size_t from = w->rows, n = 0;
	bool ok = true;

	memset(w->side, 0, sizeof(w->side));
	memset(w->facts, 0, sizeof(w->facts));
	for (int c = 0; c < 2; c++) {
		const struct episode *e = &s->of[c];
		u32 domain = e->id ? TRACE_NO_DOMAIN : w->r->domain;

		if (!s->has[c])
			continue;
		draw_side_unfolded(w->r->t[c], e->first, e->last, e->id, domain, &w->side[n]);
		facts_begin(&w->facts[n], w->r->t[c], e->first, e->last, e->id, domain,
			    &w->side[n].steps, w->r->guest[c]);
		w->facts[n].other = &w->r->other[c];
		ok = ok && fits(&w->side[n]);
		n++;
	}
	if (n == 2)
		draw_tell_apart(w->r->t[0], w->r->t[1], &w->side[0], &w->side[1]);
	if (ok) {
		w->side[0].whole =
		    w->side[0].steps.count <= ONE_PAGE && w->side[1].steps.count <= ONE_PAGE;
		draw_layout_each(&paper_screen, &w->side[0], n == 2 ? &w->side[1] : NULL, take_page,
				 w);
		json_array_append_new(w->scenes, describe(w, s, from, w->rows));
	}
	for (size_t c = 0; c < n; c++) {
		facts_end(&w->facts[c]);
		draw_side_free(&w->side[c]);
	}
	return ok;
}

/* The first row that tells of event @at, or of a later one. */
static size_t row_of(const struct writer *w, size_t at)
{
	size_t low = 0, high = w->events;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (w->event[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A whole run first; the episodes are parts of it. */
static int add_whole_run(struct writer *w, const struct scenes *all, size_t *start, struct err *err)
{
	if (w->r->to - w->r->from > MOST_ROWS)
		return err_set(err, "more than %d events; choose a part with --from and --to",
			       MOST_ROWS);
	w->event = xcalloc(4 * w->r->t[0]->count + 1, sizeof(*w->event));
	if (!add_scene(w, &all->v[0]))
		return err_set(
		    err,
		    "more than %d vcpus ran in that time, and a picture has lanes for so "
		    "many; choose a domain with --domain",
		    MOST_GUESTS);
	if (!w->rows)
		return draw_no_steps(err, w->r->t[0], w->r->domain);
	for (size_t i = 1; i < all->count; i++) {
		const struct episode *e = &all->v[i].of[0];
		size_t from = row_of(w, e->first), to = row_of(w, e->last + 1);

		if (from >= to || e->first < w->r->from || e->last > w->r->to ||
		    (w->r->domain != TRACE_NO_DOMAIN && w->r->domain != e->domain))
			continue;
		if (i == all->start)
			*start = json_array_size(w->scenes);
		json_array_append_new(w->scenes, describe(w, &all->v[i], from, to));
	}
	return 0;
}

static int add_scenes(struct writer *w, struct scenes *all, struct play_summary *out,
		      struct err *err)
{
	size_t start = 0;

	if (w->r->all && add_whole_run(w, all, &start, err))
		return -1;
	for (size_t i = 0; i < all->count && !w->r->all; i++) {
		if (i == all->start)
			start = json_array_size(w->scenes);
		if (!add_scene(w, &all->v[i]))
			out->left_out++;
		progress_tell(&w->progress, "episode", i + 1, all->count);
		if (w->rows > MOST_ROWS)
			return err_set(err, "more than %d steps; choose a shorter run", MOST_ROWS);
	}
	all->start = start;
	out->scenes = json_array_size(w->scenes);
	out->rows = w->rows;
	return out->scenes ? 0
			   : err_set(err,
				     "more than %d vcpus ran in each episode, and a picture has "
				     "lanes for so many",
				     MOST_GUESTS);
}

/* The row that tells of the event to begin with: its own, or the last one before it. */
static size_t begin_at(const struct writer *w)
{
	size_t row = row_of(w, w->r->at + 1);

	return row ? row - 1 : 0;
}

static json_t *describe_trace(struct writer *w, int c)
{
	const struct trace *t = w->r->t[c];
	const struct event *machine = trace_first(t, EV_machine);
	const char *slash = strrchr(t->name, '/');

	return json_pack("{so sI sb sI sI sI ss% ss% sO sO}", "name",
			 play_text(slash ? slash + 1 : t->name), "mmu", (json_int_t)trace_mmu(t),
			 "counted", trace_counts_entries(t), "events", (json_int_t)t->count, "lost",
			 (json_int_t)t->discarded, "khz",
			 machine ? (json_int_t)event_u32(machine, "tsc_khz") : 0, "kinds",
			 w->kind[c].s ? w->kind[c].s : "", w->kind[c].len, "lanes",
			 w->lanes[c].s ? w->lanes[c].s : "", w->lanes[c].len, "when", w->when[c],
			 "titles", w->title[c]);
}

static void write_data(struct writer *w, const struct scenes *all, const struct play_summary *sum)
{
	json_t *traces = json_array(), *lanes = json_array();

	for (int c = 0; c < w->r->ntraces; c++)
		json_array_append_new(traces, describe_trace(w, c));
	for (u32 i = 0; i < NR_LANES; i++)
		json_array_append_new(lanes, json_string(lane_name(i)));
	play_line(
	    w->f,
	    json_pack("{so sO sO sI sI so sI so sb so so so sO sO}", "traces", traces, "scenes",
		      w->scenes, "pages", w->pages, "start", (json_int_t)all->start, "left_out",
		      (json_int_t)sum->left_out, "lanes", lanes, "at",
		      (json_int_t)(w->r->all && w->r->at != PLAY_FROM_THE_START ? begin_at(w) : 0),
		      "note", play_text(w->r->note ? w->r->note : ""), "all", w->r->all, "schema",
		      play_schema(), "sizes", play_sizes(), "recorders",
		      w->r->hv ? source_recorders(w->r->hv) : json_null(), "colours",
		      w->colours.all, "names", w->titles.all));
}

static void writer_free(struct writer *w)
{
	table_free(&w->colours);
	table_free(&w->titles);
	json_decref(w->scenes);
	json_decref(w->pages);
	for (int c = 0; c < 2; c++) {
		json_decref(w->when[c]);
		json_decref(w->title[c]);
		sb_free(&w->kind[c]);
		sb_free(&w->lanes[c]);
	}
	free(w->event);
}

int play_write(const struct play_request *r, const char *path, struct play_summary *out,
	       struct err *err)
{
	struct writer w = {.r = r, .progress = progress_begin("play")};
	struct output file;
	struct scenes all;
	int rc;

	memset(out, 0, sizeof(*out));
	if (scenes_choose(r, &all, err))
		return -1;
	if (output_begin(&file, path, err)) {
		free(all.v);
		return -1;
	}
	w.f = file.f;
	table_begin(&w.colours);
	table_begin(&w.titles);
	w.scenes = json_array();
	w.pages = json_array();
	for (int c = 0; c < 2; c++) {
		w.when[c] = json_array();
		w.title[c] = json_array();
	}
	play_begin(w.f);
	rc = add_scenes(&w, &all, out, err);
	if (!rc) {
		play_middle(w.f);
		write_data(&w, &all, out);
		play_end(w.f);
	}
	rc = output_end(&file, !rc, err);
	writer_free(&w);
	free(all.v);
	return rc;
}

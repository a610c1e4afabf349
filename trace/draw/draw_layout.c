/*
 * draw_layout.c: rows, phases and pages: where each step of one or two sides goes.
 *
 * A row holds one step of each side. In an aligned picture each phase takes as many rows as the
 * longer side needs, so that both sides begin it at the same height.
 */
#include "draw/draw_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_LANE 89.0 /* of a page of given width, for letters of ordinary size */

static void add_row(struct layout *l, size_t *cap, const struct step *a, const struct step *b,
		    enum phase phase)
{
	double ha = column_step_height(&l->col[0], &l->m, a);
	double hb = column_step_height(&l->col[1], &l->m, b);
	struct shape name = {0};

	/* A page may begin anywhere in a phase, and a phase on it be one row: its name fits. */
	if (l->phase_x != 0)
		phase_measure(&l->m, phase, &name);
	ha = name.h + 4 > ha ? name.h + 4 : ha;
	if (l->nrows == *cap) {
		*cap = *cap ? 2 * *cap : 32;
		l->rows = xrealloc(l->rows, *cap, sizeof(*l->rows));
	}
	l->rows[l->nrows++] =
	    (struct page_row){.step = {a, b}, .phase = phase, .h = ha > hb ? ha : hb};
}

static void make_rows(struct layout *l, const struct side *a, const struct side *b)
{
	size_t i = 0, k = 0, nb = b ? b->steps.count : 0, cap = 0;

	if (!b) {
		for (; i < a->steps.count; i++)
			add_row(l, &cap, &a->steps.v[i], NULL, a->steps.v[i].phase);
		return;
	}
	for (int phase = 0; phase < NR_PHASES; phase++) {
		for (;;) {
			bool more_a = i < a->steps.count && (int)a->steps.v[i].phase <= phase;
			bool more_b = k < nb && (int)b->steps.v[k].phase <= phase;

			if (!more_a && !more_b)
				break;
			add_row(l, &cap, more_a ? &a->steps.v[i++] : NULL,
				more_b ? &b->steps.v[k++] : NULL, (enum phase)phase);
		}
	}
}

/* What the widest count of a fold takes, and its bracket; 0: there is none. */
static double fold_w(const struct measures *m, const struct side *s)
{
	double most = 0;

	for (size_t i = 0; i < s->steps.count; i++) {
		double w = s->steps.v[i].times ? fold_count_w(m, s->steps.v[i].times) + 16 : 0;

		w = w > 0 && w < m->fold_w ? m->fold_w : w;
		most = w > most ? w : most;
	}
	return most;
}

/* Where the columns are. Of a page of given width, the lanes share what is left beside the rest. */
static int plan_columns(struct layout *l, double scale, const struct side *a, const struct side *b,
			struct err *err)
{
	struct measures *m = &l->m;
	double left = m->margin + fold_w(m, a);
	double fold_b = b ? fold_w(m, b) : 0;
	bool phased = a->steps.phased && (!b || b->steps.phased);
	double between;
	u32 lanes = side_lanes(a) + (b ? side_lanes(b) : 0u);

	if (phased)
		phase_fit(m);
	between = b ? m->phase_w : phased ? m->phase_w - m->margin : 0;
	if (m->w <= 0 && m->broken) {
		double words = fmax(head_lane_w(m, a), b ? head_lane_w(m, b) : 0);

		m->lane_w = fmax(m->lane_w, words);
	}
	if (m->w > 0) {
		double room = m->w - left - fold_b - between - m->margin;
		double least = LEAST_LANE * m->sub / 12;

		m->lane_w = room / lanes;
		if (m->lane_w < least) {
			/* What else is scaled takes its share, too. */
			double fits = scale * (m->w - 2 * m->margin) /
				      (lanes * least + m->w - 2 * m->margin - room);

			return err_set(
			    err,
			    "%u lanes would be narrower than their letters on this page; "
			    "choose a domain with --domain, smaller letters (--font-scale %.1f "
			    "at most), or --size fit",
			    lanes, floor(fits * 10) / 10);
		}
	}
	l->w = left + side_w(a, m);
	l->ncols = b ? 2 : 1;
	l->col[0] = (struct column){.side = a, .x0 = left};
	if (b) {
		l->phase_x = phased ? l->w + m->phase_w / 2 : 0;
		l->col[1] = (struct column){.side = b, .x0 = l->w + m->phase_w + fold_b};
		l->w = l->col[1].x0 + side_w(b, m);
	} else if (phased) {
		l->phase_x = l->w + m->phase_w / 2;
		l->w += m->phase_w - m->margin;
	}
	l->rule_end = l->w;
	l->w += m->margin;
	return 0;
}

/* What rows have of a page of given height. */
static double room_for_rows(const struct measures *m)
{
	return m->h - measures_top(m) - 20 - m->footer_h - 12;
}

/* Even pages look better than a last one with a single row. */
static void break_evenly(struct layout *l, bool whole)
{
	size_t pages = l->nrows ? (l->nrows + ROWS_PER_PAGE - 1) / ROWS_PER_PAGE : 1, per_page;

	if (whole)
		pages = 1;
	per_page = (l->nrows + pages - 1) / pages;
	if (per_page)
		pages = (l->nrows + per_page - 1) / per_page;
	l->breaks = xcalloc(pages + 1, sizeof(*l->breaks));
	for (size_t i = 0; i < pages; i++)
		l->breaks[i] = i * per_page;
	l->breaks[pages] = l->nrows;
	l->npages = pages;
}

/* As many rows as fit; better, up to the end of a phase. */
static size_t rows_that_fit(const struct layout *l, size_t from)
{
	double h = 0, room = room_for_rows(&l->m);
	size_t n = 0, phase = 0;

	while (from + n < l->nrows && (n == 0 || h + l->rows[from + n].h <= room)) {
		h += l->rows[from + n++].h;
		if (from + n < l->nrows && l->rows[from + n].phase != l->rows[from + n - 1].phase)
			phase = n;
	}
	return from + n < l->nrows && l->phase_x != 0 && phase > n / 2 ? phase : n;
}

static void break_by_height(struct layout *l)
{
	l->breaks = xcalloc(l->nrows + 2, sizeof(*l->breaks));
	do {
		size_t from = l->breaks[l->npages];

		l->breaks[++l->npages] = from + rows_that_fit(l, from);
	} while (l->breaks[l->npages] < l->nrows);
}

/* What is over each page has one size on all of them, in which the longest fits; none below that of
 * the small letters. */
static void fit_heading(struct layout *l, size_t pages)
{
	struct measures *m = &l->m;
	struct sb longest = {0};
	double much;

	sb_add(&longest, "%s", l->title);
	if (pages > 1)
		sb_add(&longest, " (%zu of %zu)", pages, pages);
	much = text_width(FONT_BOLD, m->heading, longest.s) / (l->w - 2 * m->margin);
	if (much > 1)
		m->heading = m->heading / much > m->sub ? m->heading / much : m->sub;
	sb_free(&longest);
}

int layout_begin(const struct paper *paper, const struct side *a, const struct side *b,
		 struct layout *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	if (a->steps.nguests > MOST_GUESTS || (b && b->steps.nguests > MOST_GUESTS))
		return err_set(
		    err,
		    "more than %d vcpus ran in that time, and a picture has lanes for "
		    "so many; choose a domain with --domain, or a part with --from and --to",
		    MOST_GUESTS);
	paper_measures(paper, b ? 2 : 1, &out->m);
	out->title = paper->title;
	if (plan_columns(out, paper->scale, a, b, err))
		return -1;
	make_rows(out, a, b);
	head_fit(&out->m, a, b, out->title ? 1 : out->nrows);
	if (out->m.h > 0)
		break_by_height(out);
	else
		break_evenly(out, a->whole);
	if (out->title)
		fit_heading(out, paper->steps ? out->nrows : out->npages);
	return 0;
}

void layout_end(struct layout *l)
{
	free(l->rows);
	free(l->breaks);
	memset(l, 0, sizeof(*l));
}

/* Rows of a page of given height take what is there, as long as it looks well. */
static double stretch(const struct layout *l, const struct page_row *rows, size_t n)
{
	double h = 0, most;

	for (size_t i = 0; i < n; i++)
		h += rows[i].h;
	most = h > 0 && l->m.h > 0 ? room_for_rows(&l->m) / h : 1;
	return most < 1 ? 1 : most < 1.25 ? most : 1.25;
}

static void begin_columns(struct layout *l, struct page *p, double bottom)
{
	const struct measures *m = &l->m;

	for (size_t c = 0; c < l->ncols; c++) {
		struct column *col = &l->col[c];

		page_frame(p, col->side, col->x0, bottom);
		col->fold_top = measures_top(m);
		for (u8 lane = 0; lane < MOST_LANES; lane++)
			col->since[lane] = m->heading_h + m->title_h + m->head_h;
	}
}

static void end_columns(struct layout *l, struct page *p, double y, double bottom)
{
	for (size_t c = 0; c < l->ncols; c++) {
		struct column *col = &l->col[c];

		/* A fold that goes on overleaf is marked on both pages. */
		if (col->fold_left)
			column_add_fold(p, col, y);
		for (u8 lane = 0; lane < MOST_LANES; lane++) {
			bool goes_on = col->active[lane];

			column_end_bar(p, col, lane, bottom - 4);
			col->active[lane] = goes_on;
		}
	}
}

/* The margin says which phase it is; a line parts it from the next. */
static void end_phase(const struct layout *l, struct page *p, double top, double y,
		      enum phase phase, bool last)
{
	phase_add(p, l->phase_x, top, y, phase);
	if (!last)
		page_rule(p, l->m.margin, y + 2, l->rule_end, y + 2, "#8A93A0", "dotted", 1.2);
}

/* What all costs is said where all has been shown: on the last page. */
static void say_so_far(const struct layout *l, size_t end, struct page *p)
{
	u64 spent[2] = {0};
	bool any = false;

	for (size_t c = 0; c < l->ncols; c++) {
		const struct steps *s = &l->col[c].side->steps;

		for (size_t i = end; i-- && !spent[c];)
			if (l->rows[i].step[c])
				spent[c] = l->rows[i].step[c]->spent;
		any = any || (s->count && s->v[s->count - 1].spent);
	}
	if (any)
		page_so_far(p, spent);
}

void layout_page(struct layout *l, size_t number, struct page *p)
{
	const struct page_row *rows = l->rows + l->breaks[number];
	size_t n = l->breaks[number + 1] - l->breaks[number];
	double y = measures_top(&l->m), phase_top = y, bottom = y + 20;
	double more = stretch(l, rows, n);

	for (size_t i = 0; i < n; i++)
		bottom += more * rows[i].h;
	/* From page to page the frame stays where it is. */
	if (l->m.h > 0 && l->npages > 1)
		bottom = l->m.h - l->m.footer_h - 12;
	page_begin(p, &l->m);
	p->w = l->w;
	p->h = l->m.h > 0 ? l->m.h : bottom + l->m.footer_h + 20;
	for (int c = 0; c < 2; c++) {
		p->side[c] = l->col[c].side;
		p->x0[c] = l->col[c].x0;
	}
	p->heading = l->title;
	if (l->title)
		page_heading(p);
	begin_columns(l, p, bottom);
	p->rows = xcalloc(n ? n : 1, sizeof(*p->rows));
	for (size_t i = 0; i < n; i++) {
		double h = more * rows[i].h;

		p->rows[p->nrows] = rows[i];
		p->rows[p->nrows].y = y;
		p->rows[p->nrows++].h = h;
		for (size_t c = 0; c < l->ncols; c++)
			column_add_step(p, &l->col[c], rows[i].step[c], y, h);
		y += h;
		if (l->phase_x != 0 && (i + 1 == n || rows[i + 1].phase != rows[i].phase)) {
			end_phase(l, p, phase_top, y, rows[i].phase, i + 1 == n);
			phase_top = y;
		}
	}
	end_columns(l, p, y, bottom);
	if (number + 1 < l->npages)
		say_so_far(l, l->breaks[number + 1], p);
	page_number_it(p, number + 1, l->npages);
}

void draw_layout_each(const struct paper *paper, const struct side *a, const struct side *b,
		      void (*take)(void *ctx, struct page *p, size_t n, size_t total), void *ctx)
{
	struct paper wide = *paper;
	struct layout l;
	struct err err;

	if (a->steps.nguests > MOST_GUESTS || (b && b->steps.nguests > MOST_GUESTS))
		return;
	while (layout_begin(&wide, a, b, &l, &err)) /* so many lanes want more */
		wide.w *= 1.2;
	for (size_t i = 0; i < l.npages; i++) {
		struct page page;

		layout_page(&l, i, &page);
		take(ctx, &page, i, l.npages);
		draw_page_free(&page);
	}
	layout_end(&l);
}

static void keep(void *ctx, struct page *p, size_t n, size_t total)
{
	struct pages *out = ctx;

	if (!out->v)
		out->v = xcalloc(total, sizeof(*out->v));
	out->v[n] = *p;
	out->count = n + 1;
	memset(p, 0, sizeof(*p));
}

void draw_layout(const struct side *a, const struct side *b, struct pages *out)
{
	memset(out, 0, sizeof(*out));
	draw_layout_each(&paper_fit, a, b, keep, out);
}

/*
 * draw_layout.c: rows, phases and pages: where each step of one or two sides goes.
 *
 * A row holds one step of each side. In an aligned picture each phase takes as many rows as the
 * longer side needs, so that both sides begin it at the same height.
 */
#include "draw/draw_column.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_PER_PAGE 13
#define MOST_PAGES    500

struct rows {
	struct page_row *v;
	size_t count, cap;
};

int draw_fits(const struct side *a, const struct side *b, struct err *err)
{
	size_t rows = a->steps.count, pages;

	if (b && b->steps.count > rows)
		rows = b->steps.count;
	if (a->steps.nguests > MOST_GUESTS)
		return err_set(
		    err,
		    "more than %d vcpus ran in that time, and a picture has lanes for "
		    "so many; choose a domain with --domain, or a part with --from and --to",
		    MOST_GUESTS);
	pages = (rows + ROWS_PER_PAGE - 1) / ROWS_PER_PAGE;
	return pages <= MOST_PAGES
		   ? 0
		   : err_set(err,
			     "this would be %zu pages; choose a part with --from and "
			     "--to, or an episode with --fault",
			     pages);
}

static void add_row(struct rows *r, const struct step *a, const struct step *b, enum phase phase)
{
	double ha = column_step_height(a), hb = column_step_height(b);

	if (r->count == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 32;
		r->v = xrealloc(r->v, r->cap, sizeof(*r->v));
	}
	r->v[r->count++] =
	    (struct page_row){.step = {a, b}, .phase = phase, .h = ha > hb ? ha : hb};
}

static void make_rows(const struct side *a, const struct side *b, struct rows *r)
{
	size_t i = 0, k = 0, nb = b ? b->steps.count : 0;

	if (!b) {
		for (; i < a->steps.count; i++)
			add_row(r, &a->steps.v[i], NULL, a->steps.v[i].phase);
		return;
	}
	for (int phase = 0; phase < NR_PHASES; phase++) {
		for (;;) {
			bool more_a = i < a->steps.count && (int)a->steps.v[i].phase <= phase;
			bool more_b = k < nb && (int)b->steps.v[k].phase <= phase;

			if (!more_a && !more_b)
				break;
			add_row(r, more_a ? &a->steps.v[i++] : NULL,
				more_b ? &b->steps.v[k++] : NULL, (enum phase)phase);
		}
	}
}

const char *draw_phase_name(enum phase phase, int line)
{
	static const char *const names[NR_PHASES][2] = {
	    {"fault", NULL},	  {"decide", NULL},	  {"deliver", NULL},
	    {"learn", "address"}, {"install", "mapping"}, {"return", NULL}};

	return names[phase][line];
}

static void add_phase(struct page *p, double x, double top, double bottom, enum phase phase)
{
	struct shape *s = page_shape(p, SHAPE_PHASE, x, (top + bottom) / 2, PHASE_W - 20,
				     draw_phase_name(phase, 1) ? 32 : 18);

	s->colour = "#4A5563";
	for (int i = 0; i < 2 && draw_phase_name(phase, i); i++)
		page_line(s, "%s", draw_phase_name(phase, i));
}

struct plan {
	struct column col[2];
	size_t ncols;
	double phase_x, rule_end; /* phase_x 0: no phases */
	double w;
};

static bool has_fold(const struct side *s)
{
	for (size_t i = 0; i < s->steps.count; i++)
		if (s->steps.v[i].times)
			return true;
	return false;
}

static struct plan plan_columns(const struct side *a, const struct side *b)
{
	double left = MARGIN + (has_fold(a) ? FOLD_W : 0);
	struct plan plan = {.col = {{.side = a, .x0 = left}}, .ncols = b ? 2 : 1};

	plan.w = left + side_w(a);
	if (b) {
		plan.phase_x = a->steps.phased && b->steps.phased ? plan.w + PHASE_W / 2 : 0;
		plan.col[1].side = b;
		plan.col[1].x0 = plan.w + PHASE_W + (has_fold(b) ? FOLD_W : 0);
		plan.w = plan.col[1].x0 + side_w(b);
	} else if (a->steps.phased) {
		plan.phase_x = plan.w + PHASE_W / 2;
		plan.w += PHASE_W - MARGIN;
	}
	plan.rule_end = plan.w;
	plan.w += MARGIN;
	return plan;
}

static void fill_page(struct page *p, struct plan *plan, const struct page_row *rows, size_t n,
		      size_t number, size_t total)
{
	double y = TOP, phase_top = TOP, bottom = TOP + 20;

	for (size_t i = 0; i < n; i++)
		bottom += rows[i].h;
	p->w = plan->w;
	p->h = bottom + FOOTER_H + 20;
	for (size_t c = 0; c < plan->ncols; c++) {
		struct column *col = &plan->col[c];

		page_frame(p, col->side, col->x0, bottom, number, total);
		col->fold_top = TOP;
		for (u8 l = 0; l < MOST_LANES; l++)
			col->since[l] = TITLE_H + HEAD_H;
	}
	p->rows = xcalloc(n ? n : 1, sizeof(*p->rows));
	for (size_t i = 0; i < n; i++) {
		p->rows[p->nrows] = rows[i];
		p->rows[p->nrows++].y = y;
		for (size_t c = 0; c < plan->ncols; c++)
			column_add_step(p, &plan->col[c], rows[i].step[c], y, rows[i].h);
		y += rows[i].h;
		if (plan->phase_x != 0 && (i + 1 == n || rows[i + 1].phase != rows[i].phase)) {
			add_phase(p, plan->phase_x, phase_top, y, rows[i].phase);
			if (i + 1 < n)
				page_rule(p, MARGIN, y + 2, plan->rule_end, y + 2, "#8A93A0",
					  "dotted", 1.2);
			phase_top = y;
		}
	}
	for (size_t c = 0; c < plan->ncols; c++) {
		struct column *col = &plan->col[c];

		/* A fold that goes on overleaf is marked on both pages. */
		if (col->fold_left)
			column_add_fold(p, col, y);
		for (u8 l = 0; l < MOST_LANES; l++) {
			bool goes_on = col->active[l];

			column_end_bar(p, col, l, bottom - 4);
			col->active[l] = goes_on;
		}
	}
}

void draw_layout_each(const struct side *a, const struct side *b,
		      void (*take)(void *ctx, struct page *p, size_t n, size_t total), void *ctx)
{
	struct plan plan = plan_columns(a, b);
	struct rows rows = {0};
	size_t per_page, pages;

	make_rows(a, b, &rows);
	pages = rows.count ? (rows.count + ROWS_PER_PAGE - 1) / ROWS_PER_PAGE : 1;
	/* Even pages look better than a last one with a single row. */
	if (a->whole)
		pages = 1;
	per_page = (rows.count + pages - 1) / pages;
	if (per_page)
		pages = (rows.count + per_page - 1) / per_page;
	for (size_t i = 0; i < pages; i++) {
		size_t from = i * per_page;
		size_t n = rows.count - from < per_page ? rows.count - from : per_page;
		struct page page = {0};

		fill_page(&page, &plan, rows.v ? rows.v + from : NULL, n, i, pages);
		take(ctx, &page, i, pages);
		draw_page_free(&page);
	}
	free(rows.v);
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
	draw_layout_each(a, b, keep, out);
}

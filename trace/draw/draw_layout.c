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

struct row {
	const struct step *step[2];
	enum phase phase;
	double h;
};

struct rows {
	struct row *v;
	size_t count;
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

	r->v = xrealloc(r->v, r->count + 1, sizeof(*r->v));
	r->v[r->count++] = (struct row){{a, b}, phase, ha > hb ? ha : hb};
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

static void add_phase(struct page *p, double x, double top, double bottom, enum phase phase)
{
	static const char *const names[NR_PHASES][2] = {
	    {"fault", NULL},	  {"decide", NULL},	  {"deliver", NULL},
	    {"learn", "address"}, {"install", "mapping"}, {"return", NULL}};
	struct shape *s = page_shape(p, SHAPE_PHASE, x, (top + bottom) / 2, PHASE_W - 20,
				     names[phase][1] ? 32 : 18);

	s->colour = "#4A5563";
	for (int i = 0; i < 2 && names[phase][i]; i++)
		page_line(s, "%s", names[phase][i]);
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
		plan.phase_x = a->phased ? plan.w + PHASE_W / 2 : 0;
		plan.col[1].side = b;
		plan.col[1].x0 = plan.w + PHASE_W + (has_fold(b) ? FOLD_W : 0);
		plan.w = plan.col[1].x0 + side_w(b);
	} else if (a->phased) {
		plan.phase_x = plan.w + PHASE_W / 2;
		plan.w += PHASE_W - MARGIN;
	}
	plan.rule_end = plan.w;
	plan.w += MARGIN;
	return plan;
}

static void fill_page(struct page *p, struct plan *plan, const struct row *rows, size_t n,
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
	for (size_t i = 0; i < n; i++) {
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

void draw_layout(const struct side *a, const struct side *b, struct pages *out)
{
	struct plan plan = plan_columns(a, b);
	struct rows rows = {0};
	size_t per_page;

	make_rows(a, b, &rows);
	out->count = rows.count ? (rows.count + ROWS_PER_PAGE - 1) / ROWS_PER_PAGE : 1;
	out->v = xcalloc(out->count, sizeof(*out->v));
	/* Even pages look better than a last one with a single row. */
	if (a->whole)
		out->count = 1;
	per_page = (rows.count + out->count - 1) / out->count;
	if (per_page)
		out->count = (rows.count + per_page - 1) / per_page;
	for (size_t i = 0; i < out->count; i++) {
		size_t from = i * per_page;
		size_t n = rows.count - from < per_page ? rows.count - from : per_page;

		fill_page(&out->v[i], &plan, rows.v ? rows.v + from : NULL, n, i, out->count);
	}
	free(rows.v);
}

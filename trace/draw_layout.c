/*
 * draw_layout.c: rows, phases and pages: where each step of one or two sides goes.
 *
 * A row holds one step of each side. In an aligned picture each phase takes as many rows as the
 * longer side needs, so that both sides begin it at the same height.
 */
#include "draw_page.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_PER_PAGE 13

struct row {
	const struct step *step[2];
	enum phase phase;
	double h;
};

struct rows {
	struct row *v;
	size_t count;
};

/* What a side carries from row to row, and from page to page. */
struct column {
	const struct side *side;
	double x0;
	bool active[NR_LANES]; /* somebody runs there */
	double since[NR_LANES];
	bool started;
	u32 fold_left, fold_times; /* rows that the current fold still covers */
	double fold_top;
};

static double step_height(const struct step *s)
{
	if (!s)
		return 0;
	if (s->kind == STEP_GAP)
		return GAP_H;
	if (s->kind == STEP_ARROW)
		return ARROW_H;
	return 34.0 + 13.0 * (s->ndetails ? s->ndetails : 1);
}

static void add_row(struct rows *r, const struct step *a, const struct step *b, enum phase phase)
{
	double ha = step_height(a), hb = step_height(b);

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

/* A label never reaches beyond its side, nor does its text beyond the label. */
static void add_label(struct page *p, const struct column *c, const struct step *s, double x1,
		      double x2, double y)
{
	double middle = (x1 + x2) / 2, span = x2 > x1 ? x2 - x1 : x1 - x2, w = 0, max, bottom;
	double left = middle - c->x0, right = c->x0 + SIDE_W - middle;
	struct shape *l = page_shape(p, SHAPE_LABEL, middle, 0, 0, 0);

	max = 2 * (left < right ? left : right) - 8;
	l->colour = draw_colours[s->style];
	l->step = s->number;
	page_line(l, "%s", s->title);
	text_fit(FONT_BOLD, SIZE_LABEL, l->line[0], max - 10);
	w = text_width(FONT_BOLD, SIZE_LABEL, l->line[0]);
	if (s->ndetails) {
		double dw;

		page_line(l, "%s", s->detail[0]);
		text_fit(FONT_MONO, SIZE_MONO, l->line[1], max - 10);
		dw = text_width(FONT_MONO, SIZE_MONO, l->line[1]);
		w = dw > w ? dw : w;
	}
	l->w = w + 10;
	l->h = s->ndetails ? 28 : 16;
	/* A label wider than its arrow would touch the number on its end, or the diamond: lift it.
	 */
	bottom = s->diamond || l->w > span - 2 * NUMBER_R - 8 ? y - NUMBER_R - 1 : y - 3;
	l->y = bottom - l->h / 2;
}

static void add_number(struct page *p, double x, double y, const char *colour, u32 number)
{
	struct shape *s = page_shape(p, SHAPE_NUMBER, x, y, 2 * NUMBER_R, 2 * NUMBER_R);

	s->colour = colour;
	s->step = number;
	page_line(s, "%u", number);
}

static void end_bar(struct page *p, struct column *c, u8 lane, double y)
{
	double x = lane_x(c->x0, lane);

	if (c->active[lane] && y > c->since[lane])
		page_box(p, x - BAR_W / 2, c->since[lane], x + BAR_W / 2, y, "#FFFFFF",
			 lane_looks[lane].pen, 1.4);
	c->active[lane] = false;
}

static void begin_bar(struct column *c, u8 lane, double y)
{
	if (c->active[lane])
		return;
	c->active[lane] = true;
	c->since[lane] = y;
}

/* There is one CPU: if a step begins on another lane than we thought, the trace does not tell when
 * the CPU changed over; show that it had by @y. */
static void run_on(struct page *p, struct column *c, u8 lane, double y)
{
	for (u8 l = 0; l < NR_LANES; l++)
		if (l != lane)
			end_bar(p, c, l, y);
	begin_bar(c, lane, y);
	c->started = true;
}

static void add_arrow(struct page *p, struct column *c, const struct step *s, double y)
{
	double x1 = lane_x(c->x0, s->from), x2 = lane_x(c->x0, s->to);
	double toward = x2 > x1 ? 1 : -1;

	run_on(p, c, s->from, c->started ? y - 26 : TOP - 4);
	end_bar(p, c, s->from, y);
	begin_bar(c, s->to, y);
	page_arrow(p, x1 + toward * NUMBER_R, x2 - toward * BAR_W / 2, y, s->style, s->number);
	if (s->diamond)
		page_shape(p, SHAPE_DIAMOND, lane_x(c->x0, LANE_hw), y, 16, 16)->colour =
		    draw_colours[s->style];
	add_number(p, x1, y, draw_colours[s->style], s->number);
	add_label(p, c, s, x1, x2, y);
	if (s->cost && s->from == LANE_vmm) {
		struct shape *k = page_shape(p, SHAPE_COST, x1 + NUMBER_R + 36, y + 3, 68, 12);

		page_line(k, "%llu insns", (unsigned long long)s->cost);
		text_fit(FONT_MONO, 9, k->line[0], 68);
	}
}

static void add_note(struct page *p, struct column *c, const struct step *s, double y, double h)
{
	double x = lane_x(c->x0, s->from), max = 2.35 * LANE_W, w, right = c->x0 + SIDE_W - 8;
	struct shape *n = page_shape(p, SHAPE_NOTE, x, y + h / 2, 0, h - 8);

	run_on(p, c, s->from, y);
	n->step = s->number;
	page_line(n, "%s", s->title);
	text_fit(FONT_SANS, SIZE_NOTE, n->line[0], max - 44);
	w = text_width(FONT_SANS, SIZE_NOTE, n->line[0]);
	for (u8 i = 0; i < s->ndetails; i++) {
		double dw;

		page_line(n, "%s", s->detail[i]);
		text_fit(FONT_MONO, SIZE_MONO, n->line[i + 1], max - 44);
		dw = text_width(FONT_MONO, SIZE_MONO, n->line[i + 1]);
		w = dw > w ? dw : w;
	}
	n->w = w + 44 < 200 ? 200 : w + 44;
	if (s->from == LANE_vmm || x + n->w / 2 > right)
		n->x = right - n->w / 2;
	if (n->x - n->w / 2 < c->x0 + 14)
		n->x = c->x0 + 14 + n->w / 2;
	add_number(p, n->x - n->w / 2, n->y, "#6B5300", s->number);
}

static void add_gap(struct page *p, struct column *c, const struct step *s, double y)
{
	struct shape *g;

	for (u8 l = 0; l < NR_LANES; l++)
		end_bar(p, c, l, y + 4);
	g = page_shape(p, SHAPE_TORN, c->x0 + SIDE_W / 2, y + GAP_H / 2, SIDE_W, GAP_H - 12);
	page_line(g, "%u events lost: the ring was full", s->lost);
}

/* A bracket in the margin beside the rows that stand for many. */
static void add_fold(struct page *p, struct column *c, double bottom)
{
	double x = c->x0 - 10;
	struct shape *s;

	page_rule(p, x, c->fold_top + 4, x, bottom - 2, "#444444", "solid", 1.5);
	page_rule(p, x, c->fold_top + 4, x + 6, c->fold_top + 4, "#444444", "solid", 1.5);
	page_rule(p, x, bottom - 2, x + 6, bottom - 2, "#444444", "solid", 1.5);
	s = page_shape(p, SHAPE_FOLD, x - 22, (c->fold_top + bottom) / 2, 40, 18);
	page_line(s, "×%u", c->fold_times);
}

static void add_step(struct page *p, struct column *c, const struct step *s, double y, double h)
{
	if (!s)
		return;
	if (s->times) {
		c->fold_left = s->group;
		c->fold_times = s->times;
		c->fold_top = y;
	}
	if (s->kind == STEP_ARROW)
		add_arrow(p, c, s, y + ARROW_Y);
	else if (s->kind == STEP_NOTE)
		add_note(p, c, s, y, step_height(s));
	else
		add_gap(p, c, s, y);
	if (c->fold_left && --c->fold_left == 0)
		add_fold(p, c, y + h);
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

	plan.w = left + SIDE_W;
	if (b) {
		plan.phase_x = plan.w + PHASE_W / 2;
		plan.col[1].side = b;
		plan.col[1].x0 = plan.w + PHASE_W + (has_fold(b) ? FOLD_W : 0);
		plan.w = plan.col[1].x0 + SIDE_W;
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
		for (u8 l = 0; l < NR_LANES; l++)
			col->since[l] = TITLE_H + HEAD_H;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < plan->ncols; c++)
			add_step(p, &plan->col[c], rows[i].step[c], y, rows[i].h);
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
			add_fold(p, col, y);
		for (u8 l = 0; l < NR_LANES; l++) {
			bool goes_on = col->active[l];

			end_bar(p, col, l, bottom - 4);
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

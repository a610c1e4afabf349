/* draw_column.c: one step of one side: its arrow or note, its label, number and bars. */
#include "draw/draw_column.h"

#include "draw/draw_labels.h"

#include <math.h>
#include <stdio.h>

#define GAP_H	 40.0
#define MORE_H	 28.0
#define END_H	 44.0
#define SPACING	 1.2 /* of lines */
#define NOTE_PAD 44.0

static double lines_h(const struct shape *s, double title, double details)
{
	return SPACING * (title * s->ntitle + details * (s->nlines - s->ntitle));
}

/* Where the ends of an arrow are. */
static void arrow_ends(const struct column *c, const struct measures *m, const struct step *s,
		       double *x1, double *x2)
{
	*x1 = lane_x(m, c->x0, side_lane(c->side, s->guest, s->from));
	*x2 = lane_x(m, c->x0, side_lane(c->side, s->guest, s->to));
}

/* A label never reaches beyond its side, nor does its text beyond the label. */
static void label_of(const struct column *c, const struct measures *m, const struct step *s,
		     struct shape *l)
{
	double x1, x2, left, right, max, w, dw = 0;

	arrow_ends(c, m, s, &x1, &x2);
	l->x = (x1 + x2) / 2;
	left = l->x - c->x0;
	right = c->x0 + side_w(c->side, m) - l->x;
	max = 2 * (left < right ? left : right) - 8;
	w = page_text(m, l, FONT_BOLD, m->label, s->title, max - 10);
	l->ntitle = l->nlines;
	if (s->ndetails)
		dw = page_text(m, l, FONT_MONO, m->mono, s->detail[0], max - 10);
	l->w = (dw > w ? dw : w) + 10;
	l->h = lines_h(l, m->label, m->mono) + 1;
}

/* Half as wide as a step's number is drawn: a circle, if it is short. */
static double number_half(const struct measures *m, u32 number)
{
	char text[12];
	double half;

	snprintf(text, sizeof(text), "%u", number);
	half = text_width(FONT_BOLD, m->number, text) / 2 + 4;
	return half > m->number_r ? half : m->number_r;
}

/* A note begins so far from the edge of its side that its number, which lies over its own, does
 * not reach beyond. */
static double note_left(const struct measures *m, const struct step *s)
{
	return fmax(14, number_half(m, s->number) + 1);
}

static double note_max(const struct column *c, const struct measures *m, double beyond)
{
	double all = side_w(c->side, m) - 8 - beyond, some = 2.35 * m->lane_w;

	return m->broken && all < 2 * some ? all : some;
}

static void note_of(const struct column *c, const struct measures *m, const struct step *s,
		    struct shape *n)
{
	double half = number_half(m, s->number);
	double pad = fmax(NOTE_PAD * fmax(m->number_r / 11.5, 1), 2 * half + 8);
	double max = note_max(c, m, note_left(m, s)) - pad, w, dw;

	w = page_text(m, n, FONT_SANS, m->note, s->title, max);
	n->ntitle = n->nlines;
	for (u8 i = 0; i < s->ndetails; i++) {
		dw = page_text(m, n, FONT_MONO, m->mono, s->detail[i], max);
		w = dw > w ? dw : w;
	}
	n->w = w + pad;
	if (!m->broken && n->w < 200)
		n->w = 200;
	n->h = lines_h(n, m->note, m->mono) + 13;
}

static double cost_h(const struct measures *m)
{
	return fmax(m->cost + 3, SPACING * m->cost);
}

static double cost_of(const struct measures *m, const struct step *s, struct shape *k)
{
	struct sb cost = {0};

	page_number(&cost, s->cost);
	page_line(k, s->mean ? WORD("~%s insns") : WORD("%s insns"), cost.s);
	sb_free(&cost);
	return text_width(FONT_MONO, m->cost, k->line[0]);
}

/* What the VMM took stands beside the arrow, or below it where the lane is too narrow. */
static bool cost_below(const struct measures *m, const struct step *s)
{
	struct shape k = {0};

	return s->cost && s->from == LANE_vmm &&
	       cost_of(m, s, &k) > m->lane_w / 2 - number_half(m, s->number) - 6;
}

/* Of the line of an arrow to the lower edge of its row. */
static double below_line(const struct measures *m, const struct step *s)
{
	return cost_below(m, s) ? cost_h(m) + 3 : m->number_r + 0.5;
}

double column_step_height(const struct column *c, const struct measures *m, const struct step *s)
{
	struct shape shape = {0};
	double least = m->broken ? 0 : SPACING * (m->label + m->mono) + 1;

	if (!s)
		return 0;
	if (s->kind == STEP_GAP)
		return GAP_H;
	if (s->kind == STEP_MORE)
		return MORE_H;
	if (s->kind == STEP_END)
		return END_H;
	if (s->kind == STEP_ARROW) {
		label_of(c, m, s, &shape);
		return (shape.h > least ? shape.h : least) + m->number_r + 4.5 + below_line(m, s);
	}
	note_of(c, m, s, &shape);
	return shape.h + 8;
}

static void add_label(struct page *p, const struct column *c, const struct step *s, double x1,
		      double x2, double y)
{
	struct shape *l = page_shape(p, SHAPE_LABEL, 0, 0, 0, 0);
	double span = x2 > x1 ? x2 - x1 : x1 - x2, bottom;

	label_of(c, &p->m, s, l);
	l->colour = draw_colour(s->style, s->mark);
	l->mark = s->mark;
	l->step = s->number;
	/* A label wider than its arrow would touch the number on its end, or the diamond: lift it.
	 */
	bottom = s->diamond || l->w > span - 2 * number_half(&p->m, s->number) - 8
		     ? y - p->m.number_r - 1
		     : y - 3;
	l->y = bottom - l->h / 2;
}

static void add_number(struct page *p, double x, double y, const char *colour, u32 number)
{
	struct shape *s =
	    page_shape(p, SHAPE_NUMBER, x, y, 2 * number_half(&p->m, number), 2 * p->m.number_r);

	s->colour = colour;
	s->step = number;
	page_line(s, "%u", number);
}

void column_end_bar(struct page *p, struct column *c, u8 lane, double y)
{
	double x = lane_x(&p->m, c->x0, lane);
	u8 guest;

	if (c->active[lane] && y > c->since[lane])
		page_box(p, x - BAR_W / 2, c->since[lane], x + BAR_W / 2, y, "#FFFFFF",
			 lane_looks[side_lane_at(c->side, lane, &guest)].pen, 1.4);
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
	for (u8 l = 0; l < MOST_LANES; l++)
		if (l != lane)
			column_end_bar(p, c, l, y);
	begin_bar(c, lane, y);
	c->started = true;
}

static void add_cost(struct page *p, const struct step *s, double x, double y)
{
	const struct measures *m = &p->m;
	struct shape *k = page_shape(p, SHAPE_COST, 0, 0, 0, cost_h(m));
	double half = number_half(m, s->number);

	k->w = cost_of(m, s, k);
	k->y = y + 3;
	if (cost_below(m, s)) {
		k->x = x - half - 4 - k->w / 2;
		k->y = y + 4 + k->h / 2;
		return;
	}
	k->x = x + half + (m->broken ? 4 + k->w / 2 : 36);
}

static void add_arrow(struct page *p, struct column *c, const struct step *s, double y)
{
	const struct measures *m = &p->m;
	u8 from = side_lane(c->side, s->guest, s->from);
	u8 to = side_lane(c->side, s->guest, s->to);
	double x1, x2, toward;
	const char *colour = draw_colour(s->style, s->mark);

	arrow_ends(c, m, s, &x1, &x2);
	toward = x2 > x1 ? 1 : -1;
	/* What did not happen has no number, and nobody ran for it. */
	if (s->mark != MARK_EXPECTED) {
		run_on(p, c, from, c->started ? y - 26 : measures_top(m) - 4);
		column_end_bar(p, c, from, y);
		begin_bar(c, to, y);
		add_number(p, x1, y, colour, s->number);
	}
	page_arrow(p, x1 + toward * m->number_r, x2 - toward * BAR_W / 2, y, s);
	if (s->diamond)
		page_shape(p, SHAPE_DIAMOND, lane_x(m, c->x0, side_lane(c->side, 0, LANE_hw)), y,
			   16, 16)
		    ->colour = colour;
	add_label(p, c, s, x1, x2, y);
	if (s->cost && s->from == LANE_vmm)
		add_cost(p, s, x1, y);
}

static void add_note(struct page *p, struct column *c, const struct step *s, double y, double h)
{
	const struct measures *m = &p->m;
	u8 lane = side_lane(c->side, s->guest, s->from);
	double x = lane_x(m, c->x0, lane), right = c->x0 + side_w(c->side, m) - 8;
	struct shape *n = page_shape(p, SHAPE_NOTE, x, y + h / 2, 0, 0);

	if (s->mark != MARK_EXPECTED)
		run_on(p, c, lane, y);
	note_of(c, m, s, n);
	n->step = s->number;
	n->mark = s->mark;
	if (s->mark)
		n->colour = draw_colour(s->style, s->mark);
	if (s->from == LANE_vmm || x + n->w / 2 > right)
		n->x = right - n->w / 2;
	if (n->x - n->w / 2 < c->x0 + note_left(m, s))
		n->x = c->x0 + note_left(m, s) + n->w / 2;
	if (s->number)
		add_number(p, n->x - n->w / 2, n->y, s->mark ? n->colour : "#6B5300", s->number);
}

static void add_gap(struct page *p, struct column *c, const struct step *s, double y)
{
	struct sb lost = {0};
	struct shape *g;

	for (u8 l = 0; l < MOST_LANES; l++)
		column_end_bar(p, c, l, y + 4);
	g = page_shape(p, SHAPE_TORN, c->x0 + side_w(c->side, &p->m) / 2, y + GAP_H / 2,
		       side_w(c->side, &p->m), GAP_H - 12);
	g->mark = s->mark;
	if (s->mark)
		g->colour = draw_colour(s->style, s->mark);
	page_number(&lost, s->count);
	page_line(g, "%s events lost: the ring was full", lost.s);
	sb_free(&lost);
}

static void add_more(struct page *p, struct column *c, const struct step *s, double y)
{
	struct shape *m =
	    page_shape(p, SHAPE_MORE, c->x0 + side_w(c->side, &p->m) / 2, y + MORE_H / 2, 220, 18);

	for (u8 l = 0; l < MOST_LANES; l++)
		column_end_bar(p, c, l, y + 4);
	m->colour = "#4A5563";
	page_line(m, "%s", s->title);
}

/* A red line across, under which nothing ran. */
static void add_end(struct page *p, struct column *c, const struct step *s, double y)
{
	double w = side_w(c->side, &p->m), x = c->x0 + w / 2;
	struct shape *e = page_shape(p, SHAPE_END, x, y + END_H / 2, 0, 24);

	for (u8 l = 0; l < MOST_LANES; l++)
		column_end_bar(p, c, l, y + END_H / 2);
	e->mark = MARK_GOT;
	e->colour = draw_colour(s->style, MARK_GOT);
	page_line(e, "%s", s->title);
	e->w = text_width(FONT_BOLD, p->m.label, s->title) + 40;
	if (e->w > w)
		e->w = w;
	text_fit(FONT_BOLD, p->m.label, e->line[0], e->w - 10);
	page_rule(p, c->x0, y + END_H / 2, c->x0 + w, y + END_H / 2, e->colour, "solid", 3);
}

double fold_count_w(const struct measures *m, u32 times)
{
	char text[16];

	snprintf(text, sizeof(text), "×%u", times);
	return fmax(40, text_width(FONT_BOLD, m->fold, text) + 4);
}

void column_add_fold(struct page *p, struct column *c, double bottom)
{
	double x = c->x0 - 10, w = fold_count_w(&p->m, c->fold_times);
	struct shape *s;

	page_rule(p, x, c->fold_top + 4, x, bottom - 2, "#444444", "solid", 1.5);
	page_rule(p, x, c->fold_top + 4, x + 6, c->fold_top + 4, "#444444", "solid", 1.5);
	page_rule(p, x, bottom - 2, x + 6, bottom - 2, "#444444", "solid", 1.5);
	s = page_shape(p, SHAPE_FOLD, x - 2 - w / 2, (c->fold_top + bottom) / 2, w,
		       fmax(18, SPACING * p->m.fold));
	page_line(s, "×%u", c->fold_times);
}

void column_add_step(struct page *p, struct column *c, const struct step *s, double y, double h)
{
	if (!s)
		return;
	if (s->times) {
		c->fold_left = s->group;
		c->fold_times = s->times;
		c->fold_top = y;
	}
	if (s->kind == STEP_ARROW)
		add_arrow(p, c, s, y + h - below_line(&p->m, s));
	else if (s->kind == STEP_NOTE)
		add_note(p, c, s, y, h);
	else if (s->kind == STEP_GAP)
		add_gap(p, c, s, y);
	else if (s->kind == STEP_MORE)
		add_more(p, c, s, y);
	else
		add_end(p, c, s, y);
	if (c->fold_left && --c->fold_left == 0)
		column_add_fold(p, c, y + h);
}

/* draw_column.c: one step of one side: its arrow or note, its label, number and bars. */
#include "draw/draw_column.h"

#include "draw/text.h"

double column_step_height(const struct step *s)
{
	if (!s)
		return 0;
	if (s->kind == STEP_GAP)
		return GAP_H;
	if (s->kind == STEP_MORE)
		return MORE_H;
	if (s->kind == STEP_END)
		return END_H;
	if (s->kind == STEP_ARROW)
		return ARROW_H;
	return 34.0 + 13.0 * (s->ndetails ? s->ndetails : 1);
}

/* A label never reaches beyond its side, nor does its text beyond the label. */
static void add_label(struct page *p, const struct column *c, const struct step *s, double x1,
		      double x2, double y)
{
	double middle = (x1 + x2) / 2, span = x2 > x1 ? x2 - x1 : x1 - x2, w = 0, max, bottom;
	double left = middle - c->x0, right = c->x0 + side_w(c->side) - middle;
	struct shape *l = page_shape(p, SHAPE_LABEL, middle, 0, 0, 0);

	max = 2 * (left < right ? left : right) - 8;
	l->colour = draw_colour(s->style, s->mark);
	l->mark = s->mark;
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

void column_end_bar(struct page *p, struct column *c, u8 lane, double y)
{
	double x = lane_x(c->x0, lane);
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

static void add_arrow(struct page *p, struct column *c, const struct step *s, double y)
{
	u8 from = side_lane(c->side, s->guest, s->from);
	u8 to = side_lane(c->side, s->guest, s->to);
	double x1 = lane_x(c->x0, from), x2 = lane_x(c->x0, to);
	double toward = x2 > x1 ? 1 : -1;
	const char *colour = draw_colour(s->style, s->mark);

	/* What did not happen has no number, and nobody ran for it. */
	if (s->mark != MARK_EXPECTED) {
		run_on(p, c, from, c->started ? y - 26 : TOP - 4);
		column_end_bar(p, c, from, y);
		begin_bar(c, to, y);
		add_number(p, x1, y, colour, s->number);
	}
	page_arrow(p, x1 + toward * NUMBER_R, x2 - toward * BAR_W / 2, y, s);
	if (s->diamond)
		page_shape(p, SHAPE_DIAMOND, lane_x(c->x0, side_lane(c->side, 0, LANE_hw)), y, 16,
			   16)
		    ->colour = colour;
	add_label(p, c, s, x1, x2, y);
	if (s->cost && s->from == LANE_vmm) {
		struct shape *k = page_shape(p, SHAPE_COST, x1 + NUMBER_R + 36, y + 3, 70, 12);
		struct sb cost = {0};

		page_number(&cost, s->cost);
		page_line(k, "%s insns", cost.s);
		text_fit(FONT_MONO, 9, k->line[0], 70);
		sb_free(&cost);
	}
}

static void add_note(struct page *p, struct column *c, const struct step *s, double y, double h)
{
	u8 lane = side_lane(c->side, s->guest, s->from);
	double x = lane_x(c->x0, lane), max = 2.35 * LANE_W, w, right = c->x0 + side_w(c->side) - 8;
	struct shape *n = page_shape(p, SHAPE_NOTE, x, y + h / 2, 0, h - 8);

	if (s->mark != MARK_EXPECTED)
		run_on(p, c, lane, y);
	n->step = s->number;
	n->mark = s->mark;
	if (s->mark)
		n->colour = draw_colour(s->style, s->mark);
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
	if (s->number)
		add_number(p, n->x - n->w / 2, n->y, s->mark ? n->colour : "#6B5300", s->number);
}

static void add_gap(struct page *p, struct column *c, const struct step *s, double y)
{
	struct shape *g;

	for (u8 l = 0; l < MOST_LANES; l++)
		column_end_bar(p, c, l, y + 4);
	g = page_shape(p, SHAPE_TORN, c->x0 + side_w(c->side) / 2, y + GAP_H / 2, side_w(c->side),
		       GAP_H - 12);
	g->mark = s->mark;
	if (s->mark)
		g->colour = draw_colour(s->style, s->mark);
	page_line(g, "%u events lost: the ring was full", s->count);
}

static void add_more(struct page *p, struct column *c, const struct step *s, double y)
{
	struct shape *m =
	    page_shape(p, SHAPE_MORE, c->x0 + side_w(c->side) / 2, y + MORE_H / 2, 220, 16);

	for (u8 l = 0; l < MOST_LANES; l++)
		column_end_bar(p, c, l, y + 4);
	m->colour = "#4A5563";
	page_line(m, "%s", s->title);
}

/* A red line across, under which nothing ran. */
static void add_end(struct page *p, struct column *c, const struct step *s, double y)
{
	double x = c->x0 + side_w(c->side) / 2;
	struct shape *e = page_shape(p, SHAPE_END, x, y + END_H / 2, 0, 24);

	for (u8 l = 0; l < MOST_LANES; l++)
		column_end_bar(p, c, l, y + END_H / 2);
	e->mark = MARK_GOT;
	e->colour = draw_colour(s->style, MARK_GOT);
	page_line(e, "%s", s->title);
	e->w = text_width(FONT_BOLD, SIZE_LABEL, s->title) + 40;
	page_rule(p, c->x0, y + END_H / 2, c->x0 + side_w(c->side), y + END_H / 2, e->colour,
		  "solid", 3);
}

void column_add_fold(struct page *p, struct column *c, double bottom)
{
	double x = c->x0 - 10;
	struct shape *s;

	page_rule(p, x, c->fold_top + 4, x, bottom - 2, "#444444", "solid", 1.5);
	page_rule(p, x, c->fold_top + 4, x + 6, c->fold_top + 4, "#444444", "solid", 1.5);
	page_rule(p, x, bottom - 2, x + 6, bottom - 2, "#444444", "solid", 1.5);
	s = page_shape(p, SHAPE_FOLD, x - 22, (c->fold_top + bottom) / 2, 40, 18);
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
		add_arrow(p, c, s, y + ARROW_Y);
	else if (s->kind == STEP_NOTE)
		add_note(p, c, s, y, column_step_height(s));
	else if (s->kind == STEP_GAP)
		add_gap(p, c, s, y);
	else if (s->kind == STEP_MORE)
		add_more(p, c, s, y);
	else
		add_end(p, c, s, y);
	if (c->fold_left && --c->fold_left == 0)
		column_add_fold(p, c, y + h);
}

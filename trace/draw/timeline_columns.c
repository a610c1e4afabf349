/* timeline_columns.c: a lane with more stretches than pixels: what part of each column they are. */
#include "draw/timeline_sheet.h"

/* In the order in which they are stacked, from below. */
enum part { RUNS, WARPED, WAITS, PARTS };

static const char *const class[PARTS] = {"runs", "warped", "waits"};

struct column {
	double part[PARTS];
};

static enum part part_of(const struct stretch *r)
{
	return !r->ran ? WAITS : r->warped ? WARPED : RUNS;
}

/* A stretch belongs to the columns that it lies in, to each with as much as lies in it. */
static void spread(const struct sheet *s, const struct stretch *r, struct column *columns)
{
	double at = sheet_x(s, r->from) - LEFT, end = sheet_x(s, r->to) - LEFT;

	for (int i = (int)at; i < PLOT && i < end; i++) {
		double begins = at > i ? at : i, ends = end < i + 1 ? end : i + 1;

		columns[i].part[part_of(r)] += ends - begins;
	}
}

/* What reaches up to the top of @top: the parts above it have been painted before. */
static void paint(const struct sheet *s, const struct column *columns, enum part top, double y)
{
	sb_add(s->b, "<path class=\"%s\" d=\"M%d %.2f", class[top], LEFT, y + s->bar);
	for (int i = 0; i < PLOT; i++) {
		double sum = 0;

		for (u32 k = 0; k <= top; k++)
			sum += columns[i].part[k];
		sb_add(s->b, "V%.2fh1", y + s->bar * (1 - sum));
	}
	sb_add(s->b, "V%.2fz\"/>\n", y + s->bar);
}

void timeline_draw_columns(const struct sheet *s, const struct track *d, double y)
{
	struct column columns[PLOT] = {0};

	for (size_t k = 0; k < d->count; k++)
		spread(s, &d->v[k], columns);
	for (u32 top = PARTS; top-- > 0;)
		paint(s, columns, top, y);
}

/* timeline.c: the processor over time as SVG: a lane per domain, and why each lost it. */
#include "draw/svg.h"
#include "draw/timeline_sheet.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS	 345 /* of figures, on the right */
#define TOP	 96
#define MAX_BARS 20000 /* of all lanes */
/* Lanes from which on they are lower. */
#define SOME 12
#define MANY 40

static const struct {
	const char *name, *colour;
} ends[NR_LOST] = {
    [LOST_blocked] = {"waits for something", "#2e8b57"},
    [LOST_yielded] = {"yields", "#8e44ad"},
    [LOST_slice_over] = {"has had its time", "#222222"},
    [LOST_woken] = {"another has woken", "#d62828"},
    [LOST_paused] = {"is paused", "#7f7f7f"},
    [LOST_ended] = {"has ended", "#8b5a2b"},
};

/* The figures on the right: where each column ends. */
static const struct {
	double at;
	const char *name;
} heads[] = {
    {60, "had"}, {130, "its weight"}, {200, "warp"}, {260, "woken"}, {340, "at worst after"}};

static void rect(struct sb *b, double x, double y, double w, double h, const char *class)
{
	sb_add(b, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" class=\"%s\"/>\n", x,
	       y, w, h, class);
}

double sheet_x(const struct sheet *s, u64 ts)
{
	return LEFT + PLOT * (double)(ts - s->l->from) / (double)(s->l->to - s->l->from);
}

static void draw_stretch(const struct sheet *s, const struct stretch *r, double y)
{
	double x = sheet_x(s, r->from), w = sheet_x(s, r->to) - x;

	if (!r->ran) {
		rect(s->b, x, y + s->bar / 2 - s->line / 2, w, s->line, "waits");
		return;
	}
	rect(s->b, x, y, w < 1.2 ? 1.2 : w, s->bar, r->warped ? "warped" : "runs");
	/* Among very many the usual end would hide what is short. */
	if (r->why == LOST_slice_over && s->l->count > MANY)
		return;
	if (r->why < NR_LOST && ends[r->why].colour)
		sb_add(s->b, "<path d=\"M%.2f %.1f V%.1f\" stroke=\"%s\"/>\n", x + w,
		       y - s->bar / 6, y + s->bar, ends[r->why].colour);
}

/* Where a lane has neither this nor more, there was no such domain. */
static void draw_lives(const struct sheet *s, const struct track *d, double y)
{
	for (size_t i = 0; i < d->nlives; i++) {
		double x = sheet_x(s, d->lives[i].from), w = sheet_x(s, d->lives[i].to) - x;

		rect(s->b, x, y, w < 1.2 ? 1.2 : w, s->bar, "exists");
	}
}

/* The figures beside a lane, as its headings name them. */
static void draw_figures(const struct sheet *s, const struct track *d, double y)
{
	char cell[ARRAY_SIZE(heads)][24] = {""};

	if (d->existed) {
		snprintf(cell[0], sizeof(cell[0]), "%.1f %%", 100 * timeline_share(s->l, d));
		snprintf(cell[1], sizeof(cell[1]), "%.1f %%", 100 * timeline_weight(d));
	}
	if (d->warp)
		snprintf(cell[2], sizeof(cell[2]), "%u", d->warp);
	if (d->wakes) {
		snprintf(cell[3], sizeof(cell[3]), "%u", d->wakes);
		snprintf(cell[4], sizeof(cell[4]), "%.3f ms", timeline_ns(s->t, d->latest) / 1e6);
	}
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		svg_text(s->b, LEFT + PLOT + heads[i].at, y, s->font, "end", cell[i]);
}

static void draw_lanes(const struct sheet *s)
{
	for (size_t i = 0; i < s->l->count; i++) {
		const struct track *d = &s->l->v[i];
		double y = TOP + (double)i * s->lane + (s->lane - s->bar) / 2;
		double line = y + s->bar / 2 + s->font * 0.36;
		char name[32];

		snprintf(name, sizeof(name), "domain %u", d->domain);
		svg_text(s->b, LEFT - 8, line, s->font, "end", name);
		if (s->l->lives_told)
			draw_lives(s, d, y);
		if (s->columns)
			timeline_draw_columns(s, d, y);
		for (size_t k = 0; k < d->count && !s->columns; k++)
			draw_stretch(s, &d->v[k], y);
		draw_figures(s, d, line);
	}
}

static void draw_axis(const struct sheet *s)
{
	double bottom = TOP + (double)s->l->count * s->lane;
	double from = timeline_ns(s->t, s->l->from - trace_first(s->t, EV_sched)->ts) / 1e6;
	double ms = timeline_ns(s->t, s->l->to - s->l->from) / 1e6;
	struct ticks ticks;

	svg_ticks(from, from + ms, 13, &ticks);
	for (u32 i = 0; i < ticks.count; i++) {
		double at = ticks.first + i * ticks.step;
		double x = LEFT + (ms > 0 ? PLOT * (at - from) / ms : 0);
		char label[32];

		sb_add(s->b, "<path d=\"M%.1f %d V%.1f\" class=\"grid\"/>\n", x, TOP - 4,
		       bottom + 4);
		snprintf(label, sizeof(label), "%.*f", ticks.decimals, at);
		svg_text(s->b, x, bottom + 17, 10, "middle", label);
	}
	svg_text(s->b, LEFT + PLOT + 14, bottom + 17, 10, "start", "ms");
}

/* Why the processor is lost: a line at the end of a stretch. */
static void draw_ends(const struct sheet *s)
{
	double x = LEFT + 196;

	svg_text(s->b, LEFT, 70, 11, "start", "It loses the processor because it");
	for (u32 i = 0; i < NR_LOST; i++) {
		if (!ends[i].colour)
			continue;
		sb_add(s->b, "<path d=\"M%.1f 60 V72\" stroke=\"%s\"/>\n", x + 4, ends[i].colour);
		svg_text(s->b, x + 9, 70, 11, "start", ends[i].name);
		x += 24 + 6.1 * (double)strlen(ends[i].name);
	}
}

static void say_columns(const struct sheet *s)
{
	double ms = timeline_ns(s->t, s->l->to - s->l->from) / 1e6;
	char line[160];

	snprintf(line, sizeof(line),
		 "Too many stretches to draw each: of every %.3g ms, a bar is as high as the part "
		 "that they are of it. --from and --to draw a part.",
		 ms / PLOT);
	svg_text(s->b, LEFT, 70, 11, "start", line);
}

static void draw_head(const struct sheet *s, const char *title)
{
	double x = LEFT;

	svg_text(s->b, LEFT, 26, 16, "start", title);
	rect(s->b, x, 41, 14, 10, "runs");
	svg_text(s->b, x + 19, 50, 11, "start", "runs");
	rect(s->b, x + 62, 41, 14, 10, "warped");
	svg_text(s->b, x + 81, 50, 11, "start", "runs before its turn, by warping");
	if (s->columns)
		rect(s->b, x + 280, 41, 14, 10, "waits");
	else
		rect(s->b, x + 280, 45, 14, 1.4, "waits");
	svg_text(s->b, x + 299, 50, 11, "start", "waits for the processor");
	if (s->l->lives_told) {
		rect(s->b, x + 442, 41, 14, 10, "exists");
		svg_text(s->b, x + 461, 50, 11, "start", "sleeps or is paused");
		svg_text(s->b, x + 584, 50, 11, "start",
			 "(nothing: it has not begun, or has ended)");
	} else {
		svg_text(s->b, x + 442, 50, 11, "start",
			 "(nothing: it sleeps, or is not there: class life not recorded)");
	}
	svg_text(s->b, LEFT + PLOT + heads[ARRAY_SIZE(heads) - 1].at, 50, 11, "end",
		 s->l->lives_told ? "its weight: among those there at the time"
				  : "its weight: among all domains");
	(s->columns ? say_columns : draw_ends)(s);
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		svg_text(s->b, LEFT + PLOT + heads[i].at, TOP - 10, 11, "end", heads[i].name);
}

/* A lane has more stretches than pixels, or all together are more than a viewer likes. */
static bool too_many(const struct timeline *l)
{
	size_t n = 0, most = 0;

	for (size_t i = 0; i < l->count; i++) {
		n += l->v[i].count;
		most = l->v[i].count > most ? l->v[i].count : most;
	}
	return most > PLOT || n > MAX_BARS;
}

void timeline_draw(const struct trace *t, const struct timeline *l, const char *title,
		   struct sb *out)
{
	struct sheet s = {.b = out, .t = t, .l = l, .columns = too_many(l)};
	double height;

	s.lane = l->count <= SOME ? 34 : l->count <= MANY ? 18 : 10;
	s.bar = s.lane * 0.6;
	s.font = l->count <= SOME ? 12 : l->count <= MANY ? 10 : 7.5;
	s.line = l->count <= MANY ? 1.4 : 0.5;
	height = TOP + (double)l->count * s.lane + 30;
	sb_add(out,
	       "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" viewBox=\"0 "
	       "0 %d "
	       "%.0f\" font-family=\"DejaVu Sans, sans-serif\" stroke-width=\"1.3\">\n",
	       LEFT + PLOT + COLUMNS + 16, height, LEFT + PLOT + COLUMNS + 16, height);
	sb_add(out,
	       "<style>.runs { fill: #5b9bd5 } .warped { fill: #f4a300 } .waits { fill: #b5b5b5 } "
	       ".exists { fill: #5b9bd5; fill-opacity: 0.15 } "
	       ".grid { stroke: #e4e4e4; stroke-width: 1 }</style>\n"
	       "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n");
	draw_axis(&s);
	draw_head(&s, title);
	draw_lanes(&s);
	if (t->discarded)
		sb_add(
		    out,
		    "<text x=\"%d\" y=\"%.0f\" font-size=\"12\" fill=\"#B00020\">%llu events are "
		    "missing: the ring was full</text>\n",
		    LEFT, height - 6, (unsigned long long)t->discarded);
	sb_add(out, "</svg>\n");
}

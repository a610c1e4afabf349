/* draw_strip.c: how many frames each owner has, over time: areas that add up to the machine. */
#include "draw/draw_memory.h"
#include "draw/svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEFT   84
#define TOP    74
#define PLOT   900 /* columns of one pixel */
#define HEIGHT 480
#define LINE   22
#define MOST   200 /* owners that have a line in the legend */
#define MB     256.0

/* One owner's frames, as each column leaves them. */
struct series {
	u16 owner;
	u32 v[PLOT];
	u32 at_first;	 /* right after the first inventory */
	u32 least, most; /* from there on, after any event */
};

struct strip {
	const struct trace *t;
	struct sb *b;
	struct palette palette;
	struct series *v;
	size_t count;
	u32 *has;   /* by owner, while the events are read */
	u32 *place; /* by owner, behind 0 */
	u32 frames;
	size_t first; /* event with which all of memory is known */
	bool told;    /* it has been read */
};

/* Who appears later had nothing at first. */
static struct series *series_of(struct strip *s, u16 owner)
{
	if (!s->place[owner]) {
		s->v = xrealloc(s->v, s->count + 1, sizeof(*s->v));
		memset(&s->v[s->count], 0, sizeof(*s->v));
		s->v[s->count].owner = owner;
		s->place[owner] = (u32)++s->count;
	}
	return &s->v[s->place[owner] - 1];
}

static void begin_count(struct strip *s, size_t first)
{
	for (u32 owner = 0; owner < 0x10000; owner++) {
		if (s->has[owner]) {
			struct series *r = series_of(s, (u16)owner);

			r->at_first = r->least = r->most = s->has[owner];
		}
	}
	s->first = first;
	s->told = true;
}

static void count_owner(struct strip *s, u16 owner)
{
	struct series *r = series_of(s, owner);

	r->least = s->has[owner] < r->least ? s->has[owner] : r->least;
	r->most = s->has[owner] > r->most ? s->has[owner] : r->most;
}

/* The frames of an event change hands. */
static int change(struct strip *s, struct memory *m, const struct event *e, struct err *err)
{
	u32 first = event_u32(e, "mfn"), n = event_u32(e, "count");
	u16 owner = (u16)event_u32(e, "owner");

	s->has[owner] += n;
	for (u32 i = first; i < m->frames && i - first < n; i++)
		s->has[m->v[i].owner]--;
	for (u32 i = first; s->told && i < m->frames && i - first < n; i++)
		count_owner(s, m->v[i].owner);
	if (s->told)
		count_owner(s, owner);
	return memory_apply(m, e, err);
}

static u32 column_of(const struct strip *s, u64 ts)
{
	u64 from = s->t->events[s->first].ts, to = s->t->events[s->t->count - 1].ts;

	return to == from ? 0 : (u32)((double)(ts - from) / (double)(to - from) * (PLOT - 1));
}

static void fill(struct strip *s, u32 from, u32 to)
{
	for (size_t k = 0; k < s->count; k++)
		for (u32 x = from; x < to; x++)
			s->v[k].v[x] = s->has[s->v[k].owner];
}

/* Read all events, once all of memory is known. */
static int collect(struct strip *s, struct memory *m, struct err *err)
{
	u32 column = 0;

	s->has[OWNER_UNTOLD] = m->frames;
	for (size_t i = 0; i < s->t->count; i++) {
		const struct event *e = &s->t->events[i];
		u32 x = s->told ? column_of(s, e->ts) : 0;

		if (x > column) {
			fill(s, column, x);
			column = x;
		}
		if (!event_is(e, EV_frames))
			continue;
		if (change(s, m, e, err))
			return -1;
		if (!s->told && !s->has[OWNER_UNTOLD])
			begin_count(s, i);
	}
	fill(s, column, PLOT);
	return 0;
}

static int by_owner(const void *a, const void *b)
{
	return (u16)(((const struct series *)a)->owner + 1) -
	       (u16)(((const struct series *)b)->owner + 1);
}

static double y_of(const struct strip *s, u32 frames)
{
	return TOP + HEIGHT * (1 - (double)frames / s->frames);
}

/* From the lowest up, each on those below it. */
static void draw_areas(const struct strip *s)
{
	u32 base[PLOT] = {0};

	for (size_t k = 0; k < s->count; k++) {
		const struct series *r = &s->v[k];

		sb_add(s->b, "<path fill=\"%s\" stroke=\"white\" stroke-width=\"0.4\" d=\"M%d %.2f",
		       palette_colour(&s->palette, r->owner, USE_ORDINARY), LEFT, y_of(s, base[0]));
		for (u32 x = 0; x < PLOT; x++)
			sb_add(s->b, "V%.2fh1", y_of(s, base[x] + r->v[x]));
		for (u32 x = PLOT; x-- > 0;)
			sb_add(s->b, "V%.2fh-1", y_of(s, base[x]));
		sb_add(s->b, "z\"/>\n");
		for (u32 x = 0; x < PLOT; x++)
			base[x] += r->v[x];
	}
}

static void draw_axes(const struct strip *s)
{
	double from = draw_memory_ms(s->t, s->first), to = draw_memory_ms(s->t, s->t->count - 1);
	struct ticks ticks;
	char label[32];

	svg_ticks(0, s->frames / MB, 11, &ticks);
	for (u32 i = 0; i < ticks.count; i++) {
		double y = y_of(s, (u32)(i * ticks.step * MB));

		sb_add(s->b, "<path stroke=\"#666\" d=\"M%d %.1fh5\"/>\n", LEFT - 5, y);
		snprintf(label, sizeof(label), "%g MB", i * ticks.step);
		svg_text(s->b, LEFT - 9, y + 4, 11, "end", label);
	}
	svg_ticks(from, to, 11, &ticks);
	for (u32 i = 0; i < ticks.count; i++) {
		double at = ticks.first + i * ticks.step;
		double x = LEFT + (to > from ? PLOT * (at - from) / (to - from) : 0);

		sb_add(s->b, "<path stroke=\"#666\" d=\"M%.1f %dv5\"/>\n", x, TOP + HEIGHT);
		snprintf(label, sizeof(label), "%.*f", ticks.decimals, at);
		svg_text(s->b, x, TOP + HEIGHT + 18, 11, "middle", label);
	}
	svg_text(s->b, LEFT + PLOT + 16, TOP + HEIGHT + 18, 11, "start", "ms");
}

/* From the top down, as the areas lie. */
static void draw_legend(const struct strip *s)
{
	double x = LEFT + PLOT + 30, y = TOP + 12;
	static const char *const heads[] = {"at first", "least", "most", "at last"};
	char text[24];
	u32 lines = 0;

	for (u32 i = 0; i < ARRAY_SIZE(heads); i++)
		svg_text(s->b, x + 180 + 66.0 * i, y, 11, "end", heads[i]);
	for (size_t k = s->count; k-- > 0;) {
		const struct series *r = &s->v[k];
		u32 figures[] = {r->at_first, r->least, r->most, r->v[PLOT - 1]};

		if (++lines > MOST)
			break;
		y += LINE;
		draw_swatch(s->b, x, y - 10, palette_colour(&s->palette, r->owner, USE_ORDINARY));
		svg_text(s->b, x + 18, y, 12, "start", memory_owner_name(r->owner, text));
		for (u32 i = 0; i < ARRAY_SIZE(figures); i++) {
			snprintf(text, sizeof(text), "%u", figures[i]);
			svg_text(s->b, x + 180 + 66.0 * i, y, 12, "end", text);
		}
	}
	svg_text(s->b, x, y + LINE, 11, "start",
		 lines > MOST ? "frames of 4 KB; some have no line here" : "frames of 4 KB");
}

/* That of the areas, or of the legend with its heads and last line. */
static double height_of(const struct strip *s)
{
	double lines = (double)(s->count < MOST ? s->count : MOST) + 3;

	return TOP + (LINE * lines > HEIGHT + 40 ? LINE * lines : HEIGHT + 40);
}

int draw_strip(const struct trace *t, const char *title, struct sb *out, struct err *err)
{
	struct strip s = {.t = t, .b = out};
	char line[120];
	struct memory m;
	int rc;

	if (memory_begin(t, &m, err))
		return -1;
	s.frames = m.frames;
	s.has = xcalloc(0x10000, sizeof(*s.has));
	s.place = xcalloc(0x10000, sizeof(*s.place));
	palette_make(t, &s.palette);
	rc = collect(&s, &m, err);
	if (!rc) {
		qsort(s.v, s.count, sizeof(*s.v), by_owner);
		snprintf(line, sizeof(line), "All %u frames of the machine (%.0f MB), by owner.",
			 s.frames, s.frames / MB);
		draw_memory_head(out, LEFT + PLOT + 30 + 180 + 198 + 24, height_of(&s), title,
				 line);
		draw_areas(&s);
		draw_axes(&s);
		draw_legend(&s);
		sb_add(out, "</svg>\n");
	}
	palette_free(&s.palette);
	memory_free(&m);
	free(s.has);
	free(s.place);
	free(s.v);
	return rc;
}

/* draw_map.c: machine memory at one moment, a cell for each frame, and the counts beside it. */
#include "draw/draw_memory.h"
#include "draw/svg.h"

#include <stdio.h>
#include <string.h>

#define LEFT  78.0
#define TOP   74.0
#define WIDTH 768.0 /* of the grid */
#define LINE  23.0
#define MOST  100 /* owners that have a line of their own */
#define MB    256 /* frames */

struct sheet {
	struct sb *b;
	const struct memory *m;
	struct palette palette;
	struct memory_census census;
	u32 columns, rows;
	double cell;
};

/* Which columns the figures have, behind the owner's name. */
static const char *const heads[NR_USES] = {"ordinary", "page tables", "directories", "GDT, LDT",
					   "mapped too"};
#define COLUMN_FRAMES 190.0
#define COLUMN_MB     246.0
#define COLUMN_USE    330.0
#define COLUMN_WIDTH  88.0
#define COLUMN_ABSENT (COLUMN_USE + NR_USES * COLUMN_WIDTH)

/* A power of two, so that a row is a round part of memory, and the grid no higher than wide. */
static u32 columns_for(u32 frames)
{
	u32 n = 64;

	while (n * n < frames)
		n *= 2;
	return n;
}

/* Cells of one colour are one path: neighbours in a row are one piece of it. */
static void draw_colour(const struct sheet *s, u16 owner, enum memory_use use)
{
	bool begun = false;

	for (u32 i = 0, end; i < s->m->frames; i = end) {
		u32 row_end = (i / s->columns + 1) * s->columns;

		for (end = i; end < s->m->frames && end < row_end && s->m->v[end].owner == owner &&
			      memory_use(&s->m->v[end]) == use;
		     end++)
			;
		if (end == i) {
			end++;
			continue;
		}
		if (!begun)
			sb_add(s->b, "<path fill=\"%s\" d=\"",
			       palette_colour(&s->palette, owner, use));
		begun = true;
		sb_add(s->b, "M%g %gh%gv%gh%gz", LEFT + s->cell * (i % s->columns),
		       TOP + s->cell * (i / s->columns), s->cell * (end - i), s->cell,
		       -s->cell * (end - i));
	}
	if (begun)
		sb_add(s->b, "\"/>\n");
}

static void draw_grid(const struct sheet *s)
{
	u32 step = 1;

	for (size_t i = 0; i < s->census.count; i++)
		for (u32 use = 0; use < NR_USES; use++)
			if (s->census.v[i].use[use])
				draw_colour(s, s->census.v[i].owner, use);
	sb_add(s->b, "<path stroke=\"white\" stroke-width=\"0.4\" d=\"");
	for (u32 i = 1; i < s->columns; i++)
		sb_add(s->b, "M%g %gV%g", LEFT + s->cell * i, TOP, TOP + s->cell * s->rows);
	for (u32 i = 1; i < s->rows; i++)
		sb_add(s->b, "M%g %gH%g", LEFT, TOP + s->cell * i, LEFT + s->cell * s->columns);
	sb_add(s->b, "\"/>\n");
	/* Addresses: where memory is a round number of MB, about ten of them. */
	while (step * s->columns % MB || s->rows / step > 12)
		step *= 2;
	for (u32 row = 0; row < s->rows; row += step) {
		char label[24];

		snprintf(label, sizeof(label), "%u MB", row * s->columns / MB);
		svg_text(s->b, LEFT - 8, TOP + s->cell * row + 9, 11, "end", label);
	}
}

static void number(struct sb *b, double x, double y, u32 n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	svg_text(b, x, y, 12, "end", text);
}

static void draw_share(const struct sheet *s, const struct memory_share *o, const char *name,
		       double x, double y)
{
	char text[16];

	draw_swatch(s->b, x, y - 10, palette_colour(&s->palette, o->owner, USE_ORDINARY));
	svg_text(s->b, x + 18, y, 12, "start", name);
	number(s->b, x + COLUMN_FRAMES, y, o->frames);
	snprintf(text, sizeof(text), "%.1f", (double)o->frames / MB);
	svg_text(s->b, x + COLUMN_MB, y, 12, "end", text);
	if (o->owner >= OWNER_RESERVED)
		return;
	for (u32 use = 0; use < NR_USES; use++) {
		double at = x + COLUMN_USE + COLUMN_WIDTH * use;

		if (!o->use[use])
			continue;
		draw_swatch(s->b, at - 56, y - 10, palette_colour(&s->palette, o->owner, use));
		number(s->b, at, y, o->use[use]);
	}
	if (o->pages > o->frames)
		number(s->b, x + COLUMN_ABSENT, y, o->pages - o->frames);
}

static void draw_heads(const struct sheet *s, double x, double y)
{
	svg_text(s->b, x + COLUMN_FRAMES, y, 11, "end", "frames");
	svg_text(s->b, x + COLUMN_MB, y, 11, "end", "MB");
	for (u32 use = 0; use < NR_USES; use++)
		svg_text(s->b, x + COLUMN_USE + COLUMN_WIDTH * use, y, 11, "end", heads[use]);
	svg_text(s->b, x + COLUMN_ABSENT, y, 11, "end", "absent");
	sb_add(s->b, "<path stroke=\"#888\" d=\"M%g %gH%g\"/>\n", x, y + 6, x + COLUMN_ABSENT);
}

/* Those that do not fit are one. */
static void draw_counts(const struct sheet *s, double x)
{
	struct memory_share rest = {.owner = OWNER_NONE};
	double y = TOP + 12;
	u32 left_out = 0;
	char name[48], buf[24];

	draw_heads(s, x, y);
	for (size_t i = 0; i < s->census.count; i++) {
		const struct memory_share *o = &s->census.v[i];

		if (i >= MOST && o->owner < OWNER_RESERVED) {
			rest.frames += o->frames;
			left_out++;
			continue;
		}
		snprintf(name, sizeof(name), "%s%s", memory_owner_name(o->owner, buf),
			 o->ended ? " (ended)" : "");
		draw_share(s, o, name, x, y += LINE);
	}
	if (left_out) {
		snprintf(name, sizeof(name), "%u more domains", left_out);
		draw_share(s, &rest, name, x, y += LINE);
	}
	sb_add(s->b, "<path stroke=\"#888\" d=\"M%g %gH%g\"/>\n", x, y + 7, x + COLUMN_ABSENT);
	svg_text(s->b, x + 18, y += LINE, 12, "start", "all");
	number(s->b, x + COLUMN_FRAMES, y, s->m->frames);
	y += 1.6 * LINE;
	svg_text(
	    s->b, x, y, 11, "start",
	    "Page tables: in direct mode the frame's type; in shadow mode, that writes to it come "
	    "to the hypervisor.");
	svg_text(
	    s->b, x, y + 17, 11, "start",
	    "Mapped too: by another domain, by a grant. Absent: pages that the domain was begun "
	    "with, and has not now.");
}

void draw_map(const struct trace *t, const struct memory *m, u32 at, const char *title,
	      struct sb *out)
{
	struct sheet s = {.b = out, .m = m, .columns = columns_for(m->frames)};
	double height;
	char line[160];
	size_t lines;

	s.rows = (m->frames + s.columns - 1) / s.columns;
	s.cell = WIDTH / s.columns;
	palette_make(t, &s.palette);
	memory_count(m, t, at, &s.census);
	lines = (s.census.count < MOST ? s.census.count : MOST) + 7;
	height =
	    TOP + (s.cell * s.rows > LINE * (double)lines ? s.cell * s.rows : LINE * (double)lines);
	snprintf(line, sizeof(line),
		 "A cell is a frame of 4 KB, a row %u KB. After event %u, %.3f ms from the first.",
		 s.columns * 4, at, draw_memory_ms(t, at - 1));
	draw_memory_head(out, LEFT + WIDTH + 40 + COLUMN_ABSENT + 24, height + 24, title, line);
	draw_grid(&s);
	draw_counts(&s, LEFT + WIDTH + 40);
	sb_add(out, "</svg>\n");
	memory_census_free(&s.census);
	palette_free(&s.palette);
}

/*
 * draw_svg.c: a page of shapes as SVG.
 *
 * Everything has a class, so that a style sheet can change it. A row's arrows and notes are one
 * group, whose title says in words what it shows; the picture's description is all of them.
 */
#include "draw/draw_file.h"
#include "draw/draw_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SANS "Helvetica, Arial, 'DejaVu Sans', sans-serif"
#define MONO "'DejaVu Sans Mono', Courier, monospace"

struct painter {
	struct sb *b;
	enum theme theme;
	const struct page *p;
};

static void add_escaped(struct sb *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("<>&\"", *s))
			sb_add(out, "&#%d;", *s);
		else if ((unsigned char)*s < 32)
			sb_add(out, "?");
		else
			sb_put(out, s, 1);
	}
}

static const char *fill(const struct painter *w, const char *colour)
{
	return theme_fill(w->theme, colour);
}

static const char *pen(const struct painter *w, const char *colour)
{
	return theme_pen(w->theme, colour);
}

/* Letters on a shape's own colour. */
static const char *letters_on(const struct painter *w, enum shape_kind kind)
{
	if (kind == SHAPE_NUMBER || kind == SHAPE_END)
		return w->theme == THEME_DARK ? "#0E1013" : "#FFFFFF";
	return w->theme == THEME_PRINT ? "#000000" : "#FFFFFF";
}

static const char *letters(const struct painter *w, const struct shape *s, bool title)
{
	const struct look look = page_look(s->kind, &w->p->m);

	if (look.on)
		return letters_on(w, s->kind);
	if (s->kind == SHAPE_LABEL && !title)
		return pen(w, s->mark == MARK_EXPECTED ? "#666666" : "#333333");
	if (s->kind == SHAPE_NOTE && (!s->mark || !title))
		return pen(w, "#111111");
	return pen(w, s->kind == SHAPE_COST ? "#6A4A30" : s->colour);
}

static void add_lines(const struct painter *w, const struct shape *s)
{
	const struct look look = page_look(s->kind, &w->p->m);
	double h = 0, y;

	for (u8 i = 0; i < s->nlines; i++)
		h += 1.2 * (i < s->ntitle ? look.size : look.details);
	y = s->y - h / 2;
	for (u8 i = 0; i < s->nlines; i++) {
		bool title = i < s->ntitle;
		double size = title ? look.size : look.details;
		bool bold = look.bold && (title || s->kind == SHAPE_PHASE);
		bool mono = look.mono && (!title || s->kind == SHAPE_COST);

		sb_add(
		    w->b,
		    "<text class=\"%s\" x=\"%.2f\" y=\"%.2f\" font-size=\"%.1f\" fill=\"%s\"%s%s>",
		    title ? "name" : "detail", s->x, y + 0.95 * size, size, letters(w, s, title),
		    bold ? " font-weight=\"bold\"" : "", mono ? " font-family=\"" MONO "\"" : "");
		add_escaped(w->b, s->line[i]);
		sb_add(w->b, "</text>\n");
		y += 1.2 * size;
	}
}

static void add_rect(const struct painter *w, const char *class, double x, double y, double width,
		     double h, double round, const char *colour, const char *line, double thick,
		     const char *more)
{
	sb_add(w->b, "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"",
	       class, x, y, width, h);
	if (round > 0)
		sb_add(w->b, " rx=\"%.1f\"", round);
	sb_add(w->b, " fill=\"%s\"", colour);
	if (line)
		sb_add(w->b, " stroke=\"%s\" stroke-width=\"%.1f\"", line, thick);
	sb_add(w->b, "%s/>\n", more);
}

/* Its corner is folded over. */
static void add_note_paper(const struct painter *w, const struct shape *s)
{
	static const char *const fills[] = {
	    [MARK_NONE] = "#FFF8D6", [MARK_EXPECTED] = "#F7F7F7", [MARK_GOT] = "#FFE9E9"};
	const char *line = pen(w, s->mark ? s->colour : "#B59A00");
	double x = s->x - s->w / 2, y = s->y - s->h / 2, fold = 7;

	sb_add(w->b,
	       "<path class=\"paper\" d=\"M%.2f %.2fh%.2fl%.0f %.0fv%.2fh%.2fz\" fill=\"%s\" "
	       "stroke=\"%s\" stroke-width=\"%.1f\"%s/>\n",
	       x, y, s->w - fold, fold, fold, s->h - fold, -s->w, fill(w, fills[s->mark]), line,
	       s->mark == MARK_GOT ? 1.6 : 1.0,
	       s->mark == MARK_EXPECTED ? " stroke-dasharray=\"4 3\"" : "");
	sb_add(w->b,
	       "<path class=\"paper\" d=\"M%.2f %.2fv%.0fh%.0f\" fill=\"none\" stroke=\"%s\"/>\n",
	       x + s->w - fold, y, fold, fold, line);
}

/* The edge of torn paper: a band across the side with zigzag borders. */
static void add_torn(const struct painter *w, const struct shape *s)
{
	const int teeth = 44;
	double step = s->w / teeth, x = s->x - s->w / 2, top = s->y - s->h / 2;

	sb_add(w->b, "<path class=\"edge\" d=\"M");
	for (int i = 0; i <= teeth; i++)
		sb_add(w->b, "%.1f %.1f ", x + i * step, top + (i & 1 ? 6 : 0));
	for (int i = teeth; i >= 0; i--)
		sb_add(w->b, "%.1f %.1f ", x + i * step, top + s->h - (i & 1 ? 0 : 6));
	sb_add(w->b, "z\" fill=\"%s\" stroke=\"%s\" stroke-width=\"1.2\"/>\n", fill(w, "#FFFFFF"),
	       pen(w, "#666666"));
}

static void add_behind(const struct painter *w, const struct shape *s)
{
	double x = s->x - s->w / 2, y = s->y - s->h / 2;

	switch (s->kind) {
	case SHAPE_LANE:
	case SHAPE_FOOTER:
		add_rect(w, "plate", x, y, s->w, s->h, s->kind == SHAPE_LANE ? 10 : 12,
			 fill(w, s->colour), pen(w, s->colour), 1, "");
		return;
	case SHAPE_LABEL:
		add_rect(w, "plate", x, y, s->w, s->h, 6,
			 fill(w, s->mark == MARK_EXPECTED ? "#F7F7F7"
				 : s->mark == MARK_GOT	  ? "#FFE9E9"
							  : "#FFFFFF"),
			 s->mark ? pen(w, s->colour) : NULL, s->mark == MARK_GOT ? 1.6 : 1,
			 s->mark == MARK_EXPECTED ? " stroke-dasharray=\"4 3\""
			 : s->mark		  ? ""
						  : " fill-opacity=\"0.88\"");
		return;
	case SHAPE_COST: /* below its arrow, it may lie on a lifeline */
		if (w->p->m.broken)
			add_rect(w, "plate", x, y, s->w, s->h, 4, fill(w, "#FFFFFF"), NULL, 0,
				 " fill-opacity=\"0.88\"");
		return;
	case SHAPE_NOTE:
		add_note_paper(w, s);
		return;
	case SHAPE_NUMBER:
		add_rect(w, "plate", x, y, s->w, s->h, s->h / 2, pen(w, s->colour),
			 fill(w, "#FFFFFF"), 1, "");
		return;
	case SHAPE_DIAMOND:
		sb_add(w->b,
		       "<path class=\"plate\" d=\"M%.2f %.2fl%.1f %.1f %.1f %.1f %.1f %.1fz\" "
		       "fill=\"%s\"/>\n",
		       x, s->y, s->w / 2, -s->h / 2, s->w / 2, s->h / 2, -s->w / 2, s->h / 2,
		       pen(w, s->colour));
		return;
	case SHAPE_END:
		add_rect(w, "plate", x, y, s->w, s->h, 8, fill(w, "#FFE9E9"), pen(w, s->colour),
			 1.6, "");
		return;
	case SHAPE_TORN:
		add_torn(w, s);
		return;
	default:
		return;
	}
}

static const char *const marks[] = {
    [MARK_NONE] = "", [MARK_EXPECTED] = " expected", [MARK_GOT] = " got"};

static void add_shape(const struct painter *w, const struct shape *s)
{
	const struct look look = page_look(s->kind, &w->p->m);

	sb_add(w->b, "<g class=\"%s%s\">", look.class, marks[s->mark]);
	add_behind(w, s);
	if (s->kind != SHAPE_DIAMOND)
		add_lines(w, s);
	sb_add(w->b, "</g>\n");
}

static void add_arrow(const struct painter *w, const struct arrow *a)
{
	static const char *const classes[NR_STYLES] = {"trap", "irq", "hypercall", "inject",
						       "return"};
	const char *colour = pen(w, draw_colour(a->style, a->mark));
	double d = a->x2 > a->x1 ? 1 : -1, head = a->x2 - 11 * d;
	double thick = a->mark == MARK_GOT || (w->p->now && a->row == w->p->now) ? 3.4 : 1.9;

	sb_add(w->b,
	       "<g class=\"arrow %s%s\"><path class=\"line\" d=\"M%.2f %.2fH%.2f\" stroke=\"%s\" "
	       "stroke-width=\"%.1f\" fill=\"none\"%s/>\n",
	       classes[a->style], marks[a->mark], a->x1, a->y, head, colour, thick,
	       a->style == STYLE_RETURN || a->mark == MARK_EXPECTED ? " stroke-dasharray=\"7 4.5\""
								    : "");
	sb_add(
	    w->b,
	    "<path class=\"head\" d=\"M%.2f %.2fL%.2f %.2fL%.2f %.2fz\" fill=\"%s\" stroke=\"%s\" "
	    "stroke-width=\"1.4\"/></g>\n",
	    head, a->y - 4.5, a->x2 - 1.2 * d, a->y, head, a->y + 4.5,
	    a->style == STYLE_INJECT ? fill(w, "#FFFFFF") : colour, colour);
}

static void add_rule(const struct painter *w, const struct rule *r)
{
	const char *class = !strcmp(r->style, "dashed")	  ? "lifeline"
			    : !strcmp(r->style, "dotted") ? "phase-rule"
							  : "rule";

	sb_add(w->b,
	       "<path class=\"%s\" d=\"M%.2f %.2fL%.2f %.2f\" fill=\"none\" stroke=\"%s\" "
	       "stroke-width=\"%.1f\"%s/>\n",
	       class, r->x1, r->y1, r->x2, r->y2, pen(w, r->colour), r->width,
	       !strcmp(r->style, "dashed")   ? " stroke-dasharray=\"6 5\""
	       : !strcmp(r->style, "dotted") ? " stroke-dasharray=\"1.5 3.5\""
					     : "");
}

/* A band behind the step that is new. */
static void add_new(const struct painter *w, const struct page_row *row)
{
	const struct page *p = w->p;

	for (int c = 0; c < 2; c++)
		if (row->step[c])
			add_rect(w, "new", p->x0[c], row->y + 1, side_w(p->side[c], &p->m),
				 row->h - 2, 4, fill(w, "#FFE680"), pen(w, "#8A93A0"), 1,
				 " fill-opacity=\"0.55\"");
}

/* Rules come between the lanes' tints and the bars, which cover their lifelines. */
static void add_background(const struct painter *w)
{
	const struct page *p = w->p;

	add_rect(w, "sheet", 0, 0, p->w, p->h, 0, fill(w, "#FFFFFF"), NULL, 0, "");
	for (int bars = 0; bars < 2; bars++) {
		for (size_t i = 0; i < p->nboxes; i++) {
			const struct box *b = &p->boxes[i];
			bool bar = strcmp(b->fill, b->pen) != 0;

			if (bar == bars)
				add_rect(w, bar ? "bar" : "tint", b->x1, b->y1, b->x2 - b->x1,
					 b->y2 - b->y1, 0, fill(w, b->fill),
					 bar ? pen(w, b->pen) : NULL, b->width, "");
		}
		if (p->now && !bars)
			add_new(w, &p->rows[p->now - 1]);
		for (size_t i = 0; i < p->nrules && !bars; i++)
			add_rule(w, &p->rules[i]);
	}
}

static void add_row(const struct painter *w, u32 row)
{
	const struct page *p = w->p;
	struct sb words = {0};

	if (row) {
		draw_row_sentences(p, row - 1, &words);
		sb_add(w->b, "<g class=\"%s\"><title>", row == p->now ? "step now" : "step");
		add_escaped(w->b, words.s ? words.s : "");
		sb_add(w->b, "</title>\n");
		sb_free(&words);
	}
	for (size_t i = 0; i < p->narrows; i++)
		if (p->arrows[i].row == row)
			add_arrow(w, &p->arrows[i]);
	for (size_t i = 0; i < p->nshapes; i++)
		if (p->shapes[i].row == row)
			add_shape(w, &p->shapes[i]);
	if (row)
		sb_add(w->b, "</g>\n");
}

static void add_words(const struct painter *w)
{
	const struct page *p = w->p;
	size_t rows = p->now ? p->now : p->nrows;
	struct sb words = {0};

	if (p->heading)
		sb_add(&words, "%s. ", p->heading);
	for (int c = 0; c < 2 && p->side[c]; c++)
		sb_add(&words, "%s%s", c ? "; " : "", p->side[c]->title);
	sb_add(w->b, "<title>");
	add_escaped(w->b, words.s);
	sb_add(w->b, "</title>\n<desc>");
	sb_free(&words);
	for (size_t i = 0; i < rows; i++) {
		draw_row_sentences(p, i, &words);
		if (i + 1 < rows)
			sb_add(&words, "\n");
	}
	for (char *s = words.s, *end; s; s = end ? end + 1 : NULL) {
		end = strchr(s, '\n');
		if (end)
			*end = '\0';
		add_escaped(w->b, s);
		if (end)
			sb_add(w->b, "\n");
	}
	sb_add(w->b, "</desc>\n");
	sb_free(&words);
}

void draw_svg(const struct page *p, enum theme theme, struct sb *out)
{
	static const char *const names[NR_THEMES] = {"light", "dark", "print"};
	struct painter w = {out, theme, p};

	sb_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	sb_add(out,
	       "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"trapline %s\" role=\"img\" "
	       "width=\"%.1fpt\" height=\"%.1fpt\" viewBox=\"0 0 %.1f %.1f\" "
	       "font-family=\"" SANS "\" text-anchor=\"middle\">\n",
	       names[theme], p->w, p->h, p->w, p->h);
	add_words(&w);
	add_background(&w);
	for (u32 row = 0; row <= p->nrows; row++)
		add_row(&w, row);
	sb_add(out, "</svg>\n");
}

/* draw_page.c: adding shapes to a page, and the parts that every page has. */
#include "draw/draw_page.h"

#include "draw/draw_labels.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct lane_look lane_looks[NR_LANES] = {
    [LANE_app] = {WORD("Application"), WORD("ring 3"), "#2F6DB5", "#E7EFFB", "#2F6DB5"},
    [LANE_guest] = {WORD("Guest OS"), WORD("ring 1"), "#298036", "#E8F5E8", "#298036"},
    [LANE_hw] = {WORD("Hardware"), WORD("CPU / MMU"), "#5A5A5A", "#F1F1F1", "#5A5A5A"},
    [LANE_vmm] = {WORD("VMM"), WORD("ring 0"), "#B85510", "#FBEBE1", "#B85510"},
};

/* Red and green never tell things apart alone: returns are dashed, traps have a diamond. */
const char *draw_colour(enum step_style style, enum step_mark mark)
{
	static const char *const colours[NR_STYLES] = {
	    [STYLE_TRAP] = "#B00020",	[STYLE_IRQ] = "#8A5A00",    [STYLE_HYPERCALL] = "#0B4FC4",
	    [STYLE_INJECT] = "#7030A0", [STYLE_RETURN] = "#1E6B3A",
	};

	return mark == MARK_GOT ? "#E60000" : mark == MARK_EXPECTED ? "#808080" : colours[style];
}

void page_number(struct sb *b, u64 n)
{
	const char *thousand = word(WORD("1,000"));

	if (n < 1000) {
		sb_add(b, "%llu", (unsigned long long)n);
		return;
	}
	page_number(b, n / 1000);
	sb_add(b, "%.*s%03llu", (int)strlen(thousand) - 4, thousand + 1,
	       (unsigned long long)(n % 1000));
}

#define APPEND(p, field, count)                                                                    \
	((p)->field = xrealloc((p)->field, (p)->count + 1, sizeof(*(p)->field)),                   \
	 memset(&(p)->field[(p)->count], 0, sizeof(*(p)->field)), &(p)->field[(p)->count++])

void page_begin(struct page *p, const struct measures *m)
{
	memset(p, 0, sizeof(*p));
	p->m = *m;
}

struct shape *page_shape(struct page *p, enum shape_kind kind, double x, double y, double w,
			 double h)
{
	struct shape *s = APPEND(p, shapes, nshapes);

	s->kind = kind;
	s->x = x;
	s->y = y;
	s->w = w;
	s->h = h;
	s->colour = "#111111";
	s->row = (u32)p->nrows;
	return s;
}

void page_line(struct shape *s, const char *fmt, ...)
{
	va_list ap;

	if (s->nlines == ARRAY_SIZE(s->line))
		return;
	va_start(ap, fmt);
	vsnprintf(s->line[s->nlines], sizeof(s->line[0]), word(fmt), ap);
	va_end(ap);
	text_whole(s->line[s->nlines++]);
	if (!s->ntitle)
		s->ntitle = 1;
}

double page_text(const struct measures *m, struct shape *s, enum font f, double size,
		 const char *text, double max)
{
	double w = 0, lw;
	size_t n;

	do {
		const char *rest = m->broken ? text_line(f, size, text, max, &n) : NULL;

		/* In the last line that there is room for, the end is cut. */
		if (!m->broken || s->nlines + 1 == ARRAY_SIZE(s->line) || !n)
			page_line(s, "%s", text), rest = "";
		else
			page_line(s, "%.*s", (int)n, text);
		text_fit(f, size, s->line[s->nlines - 1], max);
		lw = text_width(f, size, s->line[s->nlines - 1]);
		w = lw > w ? lw : w;
		text = rest;
	} while (*text && s->nlines < ARRAY_SIZE(s->line));
	return w;
}

void page_arrow(struct page *p, double x1, double x2, double y, const struct step *s)
{
	struct arrow *a = APPEND(p, arrows, narrows);

	*a = (struct arrow){x1, x2, y, s->style, s->mark, s->number, (u32)p->nrows};
}

void page_box(struct page *p, double x1, double y1, double x2, double y2, const char *fill,
	      const char *pen, double width)
{
	struct box *b = APPEND(p, boxes, nboxes);

	*b = (struct box){x1, y1, x2, y2, fill, pen, width, (u32)p->nrows};
}

void page_rule(struct page *p, double x1, double y1, double x2, double y2, const char *colour,
	       const char *style, double width)
{
	struct rule *r = APPEND(p, rules, nrules);

	*r = (struct rule){x1, y1, x2, y2, colour, style, width, (u32)p->nrows};
}

u8 side_lane(const struct side *s, u8 guest, u8 lane)
{
	size_t n = s->steps.nguests < MOST_GUESTS ? s->steps.nguests : MOST_GUESTS, i = 0;
	u8 at = 0;

	if (n < 2)
		return lane;
	for (; i < n && (lane >= LANE_hw || i < guest); i++)
		at += s->steps.guests[i].app ? 2 : 1;
	if (lane >= LANE_hw)
		return (u8)(at + lane - LANE_hw);
	return (u8)(at + (lane == LANE_guest && s->steps.guests[i].app));
}

u8 side_lane_at(const struct side *s, u8 at, u8 *guest)
{
	u8 lane;

	for (*guest = 0; *guest < MOST_GUESTS; ++*guest)
		for (lane = 0; lane < NR_LANES; lane++)
			if (side_lane(s, *guest, lane) == at &&
			    (lane != LANE_app || s->steps.nguests < 2 ||
			     s->steps.guests[*guest].app))
				return lane;
	return LANE_vmm;
}

struct look page_look(enum shape_kind kind, const struct measures *m)
{
	switch (kind) {
	case SHAPE_HEADING:
		return (struct look){"heading", m->heading, m->heading, true, false, false};
	case SHAPE_TITLE:
		return (struct look){"title", m->title, m->title, true, false, false};
	case SHAPE_LANE:
		return (struct look){"lane", m->head, m->sub, true, false, true};
	case SHAPE_LABEL:
		return (struct look){"label", m->label, m->mono, true, true, false};
	case SHAPE_NOTE:
		return (struct look){"note", m->note, m->mono, false, true, false};
	case SHAPE_NUMBER:
		return (struct look){"number", m->number, m->number, true, false, true};
	case SHAPE_DIAMOND:
		return (struct look){"diamond", 1, 1, false, false, true};
	case SHAPE_COST:
		return (struct look){"cost", m->cost, m->cost, false, true, false};
	case SHAPE_PHASE:
		return (struct look){"phase", m->phase, m->phase, true, false, false};
	case SHAPE_FOLD:
		return (struct look){"fold", m->fold, m->fold, true, false, false};
	case SHAPE_TORN:
		return (struct look){"torn", m->note, m->note, false, false, false};
	case SHAPE_MORE:
		return (struct look){"more", m->note, m->note, false, false, false};
	case SHAPE_END:
		return (struct look){"end", m->label, m->label, true, false, false};
	case SHAPE_FOOTER:
		break;
	}
	return (struct look){"footer", m->footer, m->footer_sub, false, false, true};
}

/* Of a sum that is too wide, the result is left. */
static void footer_line(const struct measures *m, struct shape *s, double size, const char *text)
{
	const char *colon = strstr(text, ": "), *sum = strstr(text, " = ");
	char line[sizeof(s->line[0])], *bracket;
	double room = s->w - 10;

	if (text_width(FONT_SANS, size, text) > room && colon && sum && sum > colon)
		snprintf(line, sizeof(line), "%.*s%s", (int)(colon + 2 - text), text, sum + 3);
	else
		snprintf(line, sizeof(line), "%s", text);
	/* Of what is too wide without a sum, what is in brackets is left out. */
	bracket = strstr(line, " (");
	if (bracket && text_width(FONT_SANS, size, line) > room)
		*bracket = '\0';
	page_text(m, s, FONT_SANS, size, line, room);
}

void page_footer(const struct measures *m, const struct side *side, struct shape *s)
{
	s->w = side_w(side, m) - 4;
	footer_line(m, s, m->footer, side->footer[0]);
	s->ntitle = s->nlines;
	if (side->footer[1][0])
		footer_line(m, s, m->footer_sub, side->footer[1]);
}

void page_frame(struct page *p, const struct side *side, double x0, double bottom)
{
	const struct measures *m = &p->m;
	double w = side_w(side, m), middle = x0 + w / 2;
	struct shape *s;

	page_shape(p, SHAPE_TITLE, middle, m->heading_h + m->title_h / 2, w, m->title_h - 6);
	for (u8 l = 0; l < side_lanes(side); l++)
		head_lane(p, side, x0, bottom, l);
	s = page_shape(p, SHAPE_FOOTER, middle, bottom + 8 + m->footer_h / 2, 0, m->footer_h);
	s->colour = "#20262E";
	s->uncounted = side->uncounted;
	page_footer(m, side, s);
}

void page_so_far(struct page *p, const u64 spent[2])
{
	int side = 0;

	for (size_t i = 0; i < p->nshapes; i++) {
		struct shape *s = &p->shapes[i], one = {0};
		struct sb b = {0};

		if (s->kind != SHAPE_FOOTER)
			continue;
		side++;
		if (s->uncounted)
			continue;
		page_number(&b, spent[side - 1]);
		page_line(&one, "VMM instructions so far: %s", b.s);
		s->nlines = s->ntitle = 0;
		page_text(&p->m, s, FONT_SANS, p->m.footer, one.line[0], s->w - 10);
		s->ntitle = s->nlines;
		sb_free(&b);
	}
}

void draw_page_free(struct page *p)
{
	free(p->rows);
	free(p->shapes);
	free(p->arrows);
	free(p->boxes);
	free(p->rules);
	memset(p, 0, sizeof(*p));
}

void draw_pages_free(struct pages *p)
{
	for (size_t i = 0; i < p->count; i++)
		draw_page_free(&p->v[i]);
	free(p->v);
	memset(p, 0, sizeof(*p));
}

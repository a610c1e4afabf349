/* play_page.c: a page of shapes as JSON, for paint.js. */
#include "play/play.h"

#include "draw/draw_page.h"

#include <math.h>
#include <string.h>

static void put(json_t *to, json_int_t n)
{
	json_array_append_new(to, json_integer(n));
}

static void put_tenths(json_t *to, double x)
{
	put(to, lround(x * 10));
}

static json_t *shape(const struct shape *s, struct table *colours)
{
	json_t *j = json_array();

	put(j, s->kind);
	put(j, s->row);
	put_tenths(j, s->x);
	put_tenths(j, s->y);
	put_tenths(j, s->w);
	put_tenths(j, s->h);
	put(j, table_number(colours, s->colour));
	put(j, s->ntitle);
	for (u8 i = 0; i < s->nlines; i++)
		json_array_append_new(j, play_text(s->line[i]));
	return j;
}

static json_t *arrow(const struct arrow *a, struct table *colours)
{
	json_t *j = json_array();

	put(j, a->row);
	put_tenths(j, a->x1);
	put_tenths(j, a->x2);
	put_tenths(j, a->y);
	put(j, a->style);
	put(j, table_number(colours, draw_colour(a->style, a->mark)));
	return j;
}

/* Its corners or ends, and how it looks. */
static json_t *line(u32 row, const double at[4], double width, json_int_t a, json_int_t b)
{
	json_t *j = json_array();

	put(j, row);
	for (int i = 0; i < 4; i++)
		put_tenths(j, at[i]);
	put_tenths(j, width);
	put(j, a);
	put(j, b);
	return j;
}

json_t *play_page(const struct page *p, struct table *colours)
{
	json_t *shapes = json_array(), *arrows = json_array(), *boxes = json_array(),
	       *rules = json_array();

	for (size_t i = 0; i < p->nshapes; i++)
		json_array_append_new(shapes, shape(&p->shapes[i], colours));
	for (size_t i = 0; i < p->narrows; i++)
		json_array_append_new(arrows, arrow(&p->arrows[i], colours));
	for (size_t i = 0; i < p->nboxes; i++) {
		const struct box *b = &p->boxes[i];

		json_array_append_new(boxes, line(b->row, (double[]){b->x1, b->y1, b->x2, b->y2},
						  b->width, table_number(colours, b->fill),
						  table_number(colours, b->pen)));
	}
	for (size_t i = 0; i < p->nrules; i++) {
		const struct rule *r = &p->rules[i];

		json_array_append_new(rules, line(r->row, (double[]){r->x1, r->y1, r->x2, r->y2},
						  r->width, table_number(colours, r->colour),
						  !strcmp(r->style, "dashed")	? 1
						  : !strcmp(r->style, "dotted") ? 2
										: 0));
	}
	return json_pack("{sI sI so so so so}", "w", (json_int_t)lround(p->w * 10), "h",
			 (json_int_t)lround(p->h * 10), "shapes", shapes, "arrows", arrows, "boxes",
			 boxes, "rules", rules);
}

json_t *play_sizes(void)
{
	struct measures m;

	paper_measures(&paper_screen, 1, &m);
	return json_pack("{sf sf sf sf sf sf sf sf sf sf sf sf}", "title", m.title, "head", m.head,
			 "sub", m.sub, "label", m.label, "note", m.note, "mono", m.mono, "number",
			 m.number, "phase", m.phase, "footer", m.footer, "rest", m.footer_sub,
			 "cost", m.cost, "fold", m.fold);
}

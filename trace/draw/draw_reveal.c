/* draw_reveal.c: a page as it is when a step is shown: what comes later is not there yet. */
#include "draw/draw_file.h"
#include "draw/draw_page.h"

#include <string.h>

#define COPY(to, from, field, n)                                                                   \
	((to)->field = xcalloc((n) + 1, sizeof(*(to)->field)),                                     \
	 (n) ? memcpy((to)->field, (from)->field, (n) * sizeof(*(to)->field)) : NULL)

void draw_reveal(const struct page *p, u32 row, const u64 spent[2], size_t slide, size_t slides,
		 struct page *out)
{
	double end = p->rows[row - 1].y + p->rows[row - 1].h;
	size_t n = 0;

	*out = *p;
	out->now = row;
	out->nrows = row;
	COPY(out, p, rows, p->nrows);
	COPY(out, p, rules, p->nrules);
	COPY(out, p, shapes, p->nshapes);
	COPY(out, p, arrows, p->narrows);
	COPY(out, p, boxes, p->nboxes);
	for (size_t i = n = 0; i < p->nshapes; i++)
		if (p->shapes[i].row <= row)
			out->shapes[n++] = p->shapes[i];
	out->nshapes = n;
	for (size_t i = n = 0; i < p->narrows; i++)
		if (p->arrows[i].row <= row)
			out->arrows[n++] = p->arrows[i];
	out->narrows = n;
	for (size_t i = n = 0; i < p->nrules; i++)
		if (p->rules[i].row <= row || strcmp(p->rules[i].style, "solid"))
			out->rules[n++] = p->rules[i];
	out->nrules = n;
	/* A bar is drawn where it ends; up to here it has grown. */
	for (size_t i = n = 0; i < p->nboxes; i++) {
		struct box b = p->boxes[i];

		if (b.row && b.y1 >= end)
			continue;
		if (b.row && b.y2 > end)
			b.y2 = end;
		out->boxes[n++] = b;
	}
	out->nboxes = n;
	if (slide < slides)
		page_so_far(out, spent);
	page_number_it(out, slide, slides);
}

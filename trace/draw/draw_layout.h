/* draw_layout.h: where each step goes: pages, one after the other. */
#ifndef TLTRACE_DRAW_LAYOUT_H
#define TLTRACE_DRAW_LAYOUT_H

#include "draw/draw_column.h"

#define ROWS_PER_PAGE 13 /* at most, where a page is as large as that takes */

struct layout {
	struct measures m;
	const char *title;
	struct column col[2];
	size_t ncols;
	double phase_x, rule_end; /* phase_x 0: no phases */
	double w;
	struct page_row *rows;
	size_t nrows;
	size_t *breaks; /* the row with which each page begins; and behind the last */
	size_t npages;
};

/** Arrange one side, or two aligned by phase (@b may be NULL). 0, or -1 with @err filled: it cannot
 * be drawn on this paper. */
int layout_begin(const struct paper *paper, const struct side *a, const struct side *b,
		 struct layout *out, struct err *err);
/** Page @n; they are asked for in order. */
void layout_page(struct layout *l, size_t n, struct page *out);
void layout_end(struct layout *l);

/** The name of @phase in @s, in as many lines as it takes, and how large that is. */
void phase_measure(const struct measures *m, enum phase phase, struct shape *s);
/** Make their column as wide as the words of their names, up to twice as wide. */
void phase_fit(struct measures *m);
/** The name of @phase, between @top and @bottom. */
void phase_add(struct page *p, double x, double top, double bottom, enum phase phase);

#endif

/* draw_column.h: one side of a picture while it is being filled, row by row. */
#ifndef TLTRACE_DRAW_COLUMN_H
#define TLTRACE_DRAW_COLUMN_H

#include "draw/draw_page.h"

/* What a side carries from row to row, and from page to page. */
struct column {
	const struct side *side;
	double x0;
	bool active[MOST_LANES]; /* somebody runs there */
	double since[MOST_LANES];
	bool started;
	u32 fold_left, fold_times; /* rows that the current fold still covers */
	double fold_top;
};

/** Height of the row that @s needs; 0 for NULL. */
double column_step_height(const struct column *c, const struct measures *m, const struct step *s);
/** Draw @s (NULL: nothing) in the row that begins at @y and is @h high. */
void column_add_step(struct page *p, struct column *c, const struct step *s, double y, double h);
/** How wide a count of repetitions is drawn. */
double fold_count_w(const struct measures *m, u32 times);
/** A bracket in the margin beside the rows that stand for many, down to @bottom. */
void column_add_fold(struct page *p, struct column *c, double bottom);
/** Draw the bar of the lane at place @lane, if one is open, down to @y. */
void column_end_bar(struct page *p, struct column *c, u8 lane, double y);

#endif

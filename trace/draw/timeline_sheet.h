/* timeline_sheet.h: what the files that draw a timeline share. */
#ifndef TLTRACE_DRAW_TIMELINE_SHEET_H
#define TLTRACE_DRAW_TIMELINE_SHEET_H

#include "draw/timeline.h"

#define LEFT 96
#define PLOT 760 /* pixels for all of the time */

struct sheet {
	struct sb *b;
	const struct trace *t;
	const struct timeline *l;
	double lane, bar, font, line; /* heights */
	bool columns;		      /* there are too many stretches to draw each */
};

double sheet_x(const struct sheet *s, u64 ts);
void timeline_draw_columns(const struct sheet *s, const struct track *d, double y);

#endif

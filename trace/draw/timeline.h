/* timeline.h: the processor over time, as a picture. */
#ifndef TLTRACE_DRAW_TIMELINE_H
#define TLTRACE_DRAW_TIMELINE_H

#include "read/timeline.h"

/** Append it as SVG to @out. Where the stretches are too many to draw each, a column of pixels
 * shows what part of its time they are. */
void timeline_draw(const struct trace *t, const struct timeline *l, const char *title,
		   struct sb *out);

#endif

/* timeline.h: the processor over time, as a picture. */
#ifndef TLTRACE_DRAW_TIMELINE_H
#define TLTRACE_DRAW_TIMELINE_H

#include "read/timeline.h"

/** Append it as SVG to @out. 0, or -1 with @err filled if there is too much of it. */
int timeline_draw(const struct trace *t, const struct timeline *l, const char *title,
		  struct sb *out, struct err *err);

#endif

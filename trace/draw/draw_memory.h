/* draw_memory.h: machine memory as pictures: at one moment, and over time. */
#ifndef TLTRACE_DRAW_MEMORY_H
#define TLTRACE_DRAW_MEMORY_H

#include "read/memory.h"
#include "read/sb.h"

/** A grid of all frames after event @at, coloured by owner and use. @m is memory then. */
void draw_map(const struct trace *t, const struct memory *m, u32 at, const char *title,
	      struct sb *out);
/** How many frames each has, from the first inventory to the end. 0, or -1 with @err filled. */
int draw_strip(const struct trace *t, const char *title, struct sb *out, struct err *err);

/** draw_memory.c: what both are made of. */

/** A colour for each owner that the trace speaks of: the same in all pictures of the trace. Two
 * domains that have memory at one time share a colour only when there are more than 48 of them. */
struct palette {
	u8 *place; /* by owner: 0 for the first domain */
};
void palette_make(const struct trace *t, struct palette *p);
void palette_free(struct palette *p);
const char *palette_colour(const struct palette *p, u16 owner, enum memory_use use);

/** The beginning of a picture, with its title, and what it shows in words. */
void draw_memory_head(struct sb *b, double w, double h, const char *title, const char *line);
void draw_swatch(struct sb *b, double x, double y, const char *colour);
/** Time of event @i of the trace, in ms from the first. */
double draw_memory_ms(const struct trace *t, size_t i);

#endif

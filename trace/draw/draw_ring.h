/* draw_ring.h: a ring between two domains at some moment, as a picture. */
#ifndef TLTRACE_DRAW_RING_H
#define TLTRACE_DRAW_RING_H

#include "read/err.h"
#include "read/trace.h"

/** The ring of front end @domain after event number @at; @at 0: all states in which the largest
 * batch leaves it. Appends the SVG to @out. 0, or -1 with @err filled. */
int draw_ring(const struct trace *t, u32 domain, u64 at, struct sb *out, struct err *err);

#endif

/* draw_io.h: a request of a virtual disk, as a picture. */
#ifndef TLTRACE_DRAW_IO_H
#define TLTRACE_DRAW_IO_H

#include "draw/draw.h"

/** Find a put whose answers have all come. @which "one": the first of a single request, or "most":
 * the one with most of them; of @domain, or of any (TRACE_NO_DOMAIN). 0, or -1 with @err filled. */
int draw_io_find(const struct trace *t, const char *which, u32 domain, size_t *put, size_t *done,
		 struct err *err);
/** Fill @out from there to there. */
void draw_io(const struct trace *t, size_t put, size_t done, struct side *out);

#endif

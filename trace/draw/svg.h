/* svg.h: the few pieces of SVG that our own pictures are made of. */
#ifndef TLTRACE_SVG_H
#define TLTRACE_SVG_H

#include "read/err.h"
#include "read/sb.h"
#include "trapline/types.h"

/** @anchor "start", "middle" or "end" */
void svg_text(struct sb *b, double x, double y, double size, const char *anchor, const char *s);
/** An axis from @from to @to, in any unit: where its ticks are, 1, 2 or 5 times a power of ten
 * apart,
 * @most of them or less, each at a multiple of that; the first may lie behind @from. */
struct ticks {
	double first, step;
	u32 count;
	int decimals; /* that a label needs */
};
void svg_ticks(double from, double to, u32 most, struct ticks *out);
/** Write a whole picture; the file's name must end in .svg. 0, or -1 with @err filled. */
int svg_write(const struct sb *svg, const char *path, struct err *err);

#endif

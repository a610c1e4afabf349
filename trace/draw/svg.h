/* svg.h: the few pieces of SVG that our own pictures are made of. */
#ifndef TLTRACE_SVG_H
#define TLTRACE_SVG_H

#include "read/err.h"
#include "read/sb.h"

/** @anchor "start", "middle" or "end" */
void svg_text(struct sb *b, double x, double y, double size, const char *anchor, const char *s);
/** Write a whole picture; the file's name must end in .svg. 0, or -1 with @err filled. */
int svg_write(const struct sb *svg, const char *path, struct err *err);

#endif

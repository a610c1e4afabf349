/* output.h: a file that is written is there as a whole, or as it was before. */
#ifndef TLTRACE_OUTPUT_H
#define TLTRACE_OUTPUT_H

#include "read/err.h"
#include "trapline/types.h"

#include <stdio.h>

/* A file that is being written. It grows beside its name, and gets it when it is whole; what is no
 * plain file (a device, a pipe, a link), or has no room beside it, is written where it is. */
struct output {
	FILE *f;
	const char *path;
	char *tmp; /* NULL: written where it is */
};

/** Begin the file @path, which must stay as long as @o is in use. 0; or -1 with @err filled: a
 * folder that is not there is named, and how to make it. */
int output_begin(struct output *o, const char *path, struct err *err);
/** End it. If it is @whole and all could be written, it gets its name: 0. Otherwise nothing is left
 * of it: -1; @err is filled if it is @whole. */
int output_end(struct output *o, bool whole, struct err *err);

/** All of it at once: @n bytes of @text to @path. 0, or -1 with @err filled. */
int output_text(const char *path, const char *text, size_t n, struct err *err);

#endif

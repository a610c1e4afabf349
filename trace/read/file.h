/* file.h: whole files in, whole trace directories out. */
#ifndef TLTRACE_FILE_H
#define TLTRACE_FILE_H

#include "read/err.h"
#include "trapline/types.h"

#include <stddef.h>

struct blob {
	u8 *data; /* free() it; one NUL follows the last byte */
	size_t size;
};

/** Read the regular file @path, refusing more than @max bytes. 0, or -1. */
int file_read(const char *path, size_t max, struct blob *out, struct err *err);

/** Write the trace directory @dir: complete or not at all. An existing @dir is replaced only if
 * it is a trace directory. 0, or -1. */
int ctfdir_write(const char *dir, const struct blob *metadata, const struct blob *stream,
		 struct err *err);

#endif

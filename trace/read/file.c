/* file.c: read a whole file, bounded. */
#include "read/file.h"

#include "read/sb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read(const char *path, size_t max, struct blob *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return err_set(err, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, "%s: not a regular file", path);
	}
	if ((u64)st.st_size > max) {
		close(fd);
		return err_set(err, "%s: too large (%lld bytes, at most %zu)", path,
			       (long long)st.st_size, max);
	}
	out->data = xcalloc((size_t)st.st_size + 1, 1);
	while (out->size < (size_t)st.st_size) {
		ssize_t n = read(fd, out->data + out->size, (size_t)st.st_size - out->size);

		if (n <= 0)
			break;
		out->size += (size_t)n;
	}
	close(fd);
	if (out->size == (size_t)st.st_size)
		return 0;
	free(out->data);
	memset(out, 0, sizeof(*out));
	return err_set(err, "%s: could not be read to its end", path);
}

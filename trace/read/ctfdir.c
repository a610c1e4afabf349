/* ctfdir.c: writing a trace directory, so that a reader finds all of it or none. */
#include "read/file.h"

#include "read/sb.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_file(const char *dir, const char *name, const struct blob *data, struct err *err)
{
	struct sb path = {0};
	size_t done = 0;
	int fd;

	sb_add(&path, "%s/%s", dir, name);
	fd = open(path.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	while (fd >= 0 && done < data->size) {
		ssize_t n = write(fd, data->data + done, data->size - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd < 0 || done < data->size)
		err_set(err, "%s: %s", path.s, strerror(errno));
	sb_free(&path);
	if (fd < 0)
		return -1;
	if (close(fd))
		return err_set(err, "%s/%s: %s", dir, name, strerror(errno));
	return done < data->size ? -1 : 0;
}

/* A directory that holds what we write and nothing else: only such a one may be replaced. */
static bool is_trace_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool ok = true;

	if (!d)
		return false;
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		    strcmp(e->d_name, "metadata") && strcmp(e->d_name, "stream"))
			ok = false;
	closedir(d);
	return ok;
}

static void remove_trace_dir(const char *dir)
{
	static const char *const names[] = {"metadata", "stream"};
	struct sb path = {0};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		path.len = 0;
		sb_add(&path, "%s/%s", dir, names[i]);
		unlink(path.s);
	}
	rmdir(dir);
	sb_free(&path);
}

/* Put the finished @tmp in the place of @dir. The old one is moved aside first: rename() cannot
 * replace a directory that holds files. */
static int put_in_place(const char *tmp, const char *dir, struct err *err)
{
	struct sb old = {0};
	struct stat st;
	int rc = 0;

	if (lstat(dir, &st) == 0) {
		if (!S_ISDIR(st.st_mode) || !is_trace_dir(dir))
			return err_set(err,
				       "%s exists and is not a trace directory: choose another "
				       "name or remove it",
				       dir);
		sb_add(&old, "%s.old", tmp);
		if (rename(dir, old.s))
			rc = err_set(err, "%s: %s", dir, strerror(errno));
	}
	if (rc == 0 && rename(tmp, dir)) {
		rc = err_set(err, "%s: %s", dir, strerror(errno));
		if (old.s && rename(old.s, dir))
			fprintf(stderr, "tltrace: the old trace is now %s\n", old.s);
	} else if (rc == 0 && old.s) {
		remove_trace_dir(old.s);
	}
	sb_free(&old);
	return rc;
}

int ctfdir_write(const char *dir, const struct blob *metadata, const struct blob *stream,
		 struct err *err)
{
	struct sb tmp = {0};
	size_t n = strlen(dir);
	int rc;

	while (n > 1 && dir[n - 1] == '/')
		n--;
	sb_put(&tmp, dir, n);
	sb_add(&tmp, ".tmp-XXXXXX");
	if (!mkdtemp(tmp.s)) {
		rc =
		    err_set(err, "%s: cannot make a directory beside it: %s", dir, strerror(errno));
		sb_free(&tmp);
		return rc;
	}
	chmod(tmp.s, 0755);
	rc = write_file(tmp.s, "metadata", metadata, err);
	if (rc == 0)
		rc = write_file(tmp.s, "stream", stream, err);
	if (rc == 0) {
		char *target = strndup(dir, n);

		rc = put_in_place(tmp.s, target ? target : dir, err);
		free(target);
	}
	if (rc)
		remove_trace_dir(tmp.s);
	sb_free(&tmp);
	return rc;
}

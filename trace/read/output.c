/* output.c: a file that is written is there as a whole, or as it was before. */
#include "read/output.h"

#include "read/sb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef __wasm__
#include <signal.h>

static char *unfinished; /* what is removed by a signal that ends us */

static void stopped(int how)
{
	if (unfinished)
		unlink(unfinished);
	signal(how, SIG_DFL);
	raise(how);
}

/* A file that grows too large for its limits is an error like a full disk. */
static void clean_up_when_stopped(char *path)
{
	static const int ways[] = {SIGINT, SIGTERM, SIGHUP};

	unfinished = path;
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; path && i < ARRAY_SIZE(ways); i++)
		if (signal(ways[i], stopped) == SIG_IGN)
			signal(ways[i], SIG_IGN);
}
#else /* the page of web/: nobody else sees its files */
static void clean_up_when_stopped(char *path)
{
	(void)path;
}
#endif

/* A new file beside @path, of a name that was free, with the rights of @old if there is one. */
static FILE *beside(const char *path, const struct stat *old, char **name)
{
	struct sb tmp = {0};
	FILE *f = NULL;

	for (unsigned n = 0; n < 1000 && !f; n++) {
		tmp.len = 0;
		sb_add(&tmp, "%s.tmp-%u", path, n);
		f = fopen(tmp.s, "wxe");
		if (!f && errno != EEXIST)
			break;
	}
	if (!f || (old && chmod(tmp.s, old->st_mode & 07777)))
		sb_free(&tmp);
	*name = tmp.s;
	return f;
}

static int cannot(const char *path, int why, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path)) : NULL;

	if (why == ENOENT && folder && *folder && access(folder, F_OK))
		err_set(err, "%.300s: there is no folder %.300s; make it with mkdir -p", path,
			folder);
	else
		err_set(err, "%s: %s", path, strerror(why));
	free(folder);
	return -1;
}

int output_begin(struct output *o, const char *path, struct err *err)
{
	struct stat st;
	bool there = !lstat(path, &st);

	memset(o, 0, sizeof(*o));
	o->path = path;
	/* A device, a pipe, a link is not replaced; nor is a file that may not be written. */
	if (there ? S_ISREG(st.st_mode) && !access(path, W_OK) : errno == ENOENT)
		o->f = beside(path, there ? &st : NULL, &o->tmp);
	if (!o->f)
		o->f = fopen(path, "we");
	if (!o->f)
		return cannot(path, errno, err);
	clean_up_when_stopped(o->tmp);
	return 0;
}

int output_end(struct output *o, bool whole, struct err *err)
{
	bool good = !ferror(o->f);
	int rc = whole ? 0 : -1;

	errno = good ? 0 : errno;
	if (fclose(o->f))
		good = false;
	if (!rc && (!good || (o->tmp && rename(o->tmp, o->path))))
		rc = err_set(err, "%s: %s", o->path, strerror(errno ? errno : EIO));
	if (rc && o->tmp)
		unlink(o->tmp);
	clean_up_when_stopped(NULL);
	free(o->tmp);
	memset(o, 0, sizeof(*o));
	return rc;
}

int output_text(const char *path, const char *text, size_t n, struct err *err)
{
	struct output o;

	if (output_begin(&o, path, err))
		return -1;
	fwrite(text, 1, n, o.f);
	return output_end(&o, true, err);
}

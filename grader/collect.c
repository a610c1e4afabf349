/*
 * collect.c: the lab's files out of what a student sent, and nothing else.
 *
 * Nothing is ever unpacked: each entry of an archive is looked at where it is, and only a regular
 * file of moderate size with one of the lab's names is copied, under a path of ours. So links,
 * "..", absolute names, Makefiles and bombs have nothing to act upon.
 */
#include "grade.h"

#include <archive.h>
#include <archive_entry.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE    (1 << 20)	 /* a student's source has some 10 KB */
#define MAX_TOTAL   (64ll << 20) /* what an archive may expand to */
#define MAX_ENTRIES 20000

/* A collection under way. */
struct taking {
	const struct lab *lab;
	const char *to;
	struct list *notes;
	struct list taken; /* names */
};

static void note(struct taking *k, const char *what, const char *name)
{
	char *s;

	if (k->notes->nr >= 20)
		return;
	s = text("%.200s: %s", name, what);
	for (char *c = s; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7F)
			*c = '?';
	list_add(k->notes, s);
	free(s);
}

/* The lab's own name for a file, or NULL if the lab does not ask for it. */
static const char *wanted(const struct taking *k, const char *path)
{
	for (size_t i = 0; i < k->lab->files.nr; i++)
		if (!strcmp(base_name(k->lab->files.at[i]), base_name(path)))
			return base_name(path);
	return NULL;
}

static bool leads_out(const char *path)
{
	for (const char *p = path; *p; p++)
		if (!strncmp(p, "..", 2) && (p == path || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return *path == '/';
}

static void take(struct taking *k, const char *name, const char *bytes, size_t n)
{
	char *path = text("%s/%s", k->to, name);

	if (list_has(&k->taken, name))
		note(k, "is there twice; the first one counts", name);
	else if (memchr(bytes, 0, n))
		note(k, "is no text; passed over", name);
	else if (write_file(path, bytes, n))
		list_add(&k->taken, name);
	free(path);
}

static void from_file(struct taking *k, const char *path, const struct stat *st)
{
	const char *name = wanted(k, path);
	char *bytes;
	FILE *f;
	size_t n;

	if (!name) {
		note(k, "is not asked for; passed over", base_name(path));
		return;
	}
	if (!S_ISREG(st->st_mode) || st->st_size > MAX_FILE) {
		note(k,
		     S_ISREG(st->st_mode) ? "is bigger than 1 MB; refused"
					  : "is no regular file; refused",
		     name);
		return;
	}
	f = fopen(path, "rb");
	bytes = malloc(MAX_FILE);
	if (f && bytes) {
		n = fread(bytes, 1, MAX_FILE, f);
		take(k, name, bytes, n);
	}
	free(bytes);
	if (f)
		fclose(f);
}

/* nftw() has no argument for its caller's use. */
static struct taking *walking;
static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if (type == FTW_F || type == FTW_SL || type == FTW_SLN)
		from_file(walking, path, st);
	return 0;
}

/* The bytes of one entry; NULL if there are too many for a source. *total counts all that was
 * unpacked for it. */
static char *entry_bytes(struct archive *a, size_t *n, long long *total)
{
	char *bytes = malloc(MAX_FILE + 1), spare[16384];
	bool fits = true;
	ssize_t got;

	*n = 0;
	while (*total <= MAX_TOTAL) {
		if (fits)
			got = archive_read_data(a, bytes + *n, MAX_FILE + 1 - *n);
		else
			got = archive_read_data(a, spare, sizeof(spare));
		if (got <= 0)
			break;
		*total += got;
		*n += (size_t)got;
		fits = *n <= MAX_FILE;
	}
	if (fits)
		return bytes;
	free(bytes);
	return NULL;
}

static void one_entry(struct taking *k, struct archive *a, struct archive_entry *e,
		      long long *total)
{
	const char *path = archive_entry_pathname(e), *name;
	size_t n;
	char *bytes;

	if (!path || archive_entry_filetype(e) == AE_IFDIR)
		return;
	name = wanted(k, path);
	if (leads_out(path)) {
		note(k, "leads out of its archive; refused", path);
		name = NULL;
	} else if (!name) {
		note(k, "is not asked for; passed over", path);
	} else if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e)) {
		note(k, "is no regular file; refused", path);
		name = NULL;
	}
	/* What is not wanted is read as well, so that a bomb is noticed. */
	bytes = entry_bytes(a, &n, total);
	if (name && !bytes)
		note(k, "is bigger than 1 MB; refused", path);
	else if (name)
		take(k, name, bytes, n);
	free(bytes);
}

static void from_archive(struct taking *k, const char *path)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	long long total = 0;
	int entries = 0;

	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_zip(a);
	if (archive_read_open_filename(a, path, 65536) != ARCHIVE_OK) {
		note(k, "is neither a directory nor a tar or zip archive", base_name(path));
	} else {
		int status;

		while ((status = archive_read_next_header(a, &e)) == ARCHIVE_OK ||
		       status == ARCHIVE_WARN) {
			one_entry(k, a, e, &total);
			if (total > MAX_TOTAL || ++entries > MAX_ENTRIES) {
				note(k,
				     "expands to more than 64 MB; the rest of it is not looked at",
				     base_name(path));
				break;
			}
		}
		if (status < ARCHIVE_WARN)
			note(k, "is a damaged archive", base_name(path));
	}
	archive_read_free(a);
}

size_t collect(const struct lab *lab, const char *submission, const char *to, struct list *notes)
{
	struct taking k = {.lab = lab, .to = to, .notes = notes};
	struct stat st;
	size_t n;

	make_dirs(to);
	if (lstat(submission, &st))
		note(&k, "is not there", submission);
	else if (S_ISDIR(st.st_mode)) {
		walking = &k;
		nftw(submission, visit, 32, FTW_PHYS);
	} else if (S_ISREG(st.st_mode)) {
		from_archive(&k, submission);
	} else {
		note(&k, "is neither a directory nor a regular file", base_name(submission));
	}
	for (size_t i = 0; i < lab->files.nr; i++)
		if (!list_has(&k.taken, base_name(lab->files.at[i])))
			note(&k, "is missing; the starter's counts", base_name(lab->files.at[i]));
	n = k.taken.nr;
	list_free(&k.taken);
	return n;
}

uint64_t collected_hash(const struct lab *lab, const char *dir)
{
	uint64_t h = HASH_START;

	for (size_t i = 0; i < lab->files.nr; i++) {
		char *path = text("%s/%s", dir, base_name(lab->files.at[i]));

		h = hash_file(h, path);
		free(path);
	}
	return h;
}

void add_starters(const struct lab *lab, const char *tree, const char *sources)
{
	for (size_t i = 0; i < lab->files.nr; i++) {
		const char *name = base_name(lab->files.at[i]);
		char *to = text("%s/%s", sources, name);
		char *from = text("%s/labs/%s/%s", tree, lab->name, name), *bytes;

		if (access(to, R_OK) && (bytes = read_file(from, MAX_FILE, false))) {
			write_file(to, bytes, strlen(bytes));
			free(bytes);
		}
		free(to), free(from);
	}
}

/*
 * collect.c: the lab's files out of what a student sent, and nothing else.
 *
 * Nothing is ever unpacked: each entry of an archive is looked at where it is, and only a regular
 * file of moderate size with one of the lab's names is copied, under a path of ours. So links,
 * "..", absolute names, Makefiles and bombs have nothing to act upon. And it is looked at in a
 * process of its own, which has little time: whatever somebody thinks of, the class goes on.
 */
#include "grade.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_FILE    (1 << 20)	 /* a student's source has some 10 KB */
#define MAX_TOTAL   (64ll << 20) /* what an archive may expand to, headers and all */
#define MAX_ENTRIES 20000
#define MAX_PATH    1000 /* bytes in a name */
#define MAX_DEPTH   32	 /* folders that something may lie in */
#define MAX_CPU	    5	 /* seconds */
#define MAX_WALL    60
#define MAX_NOTES   65536 /* bytes of them */

#define MAX_REFUSALS 20 /* that are noted one by one */

/* What is taken of each of the lab's files: the path that it had, and how many could have been. */
struct choice {
	char *path;
	size_t nr;
};
/* A collection under way. */
struct taking {
	const struct lab *lab;
	const char *to;
	struct list *notes;
	struct choice *choices; /* as lab->files */
	size_t refused, passed_over;
	char *passed; /* the first of those, by the alphabet */
	size_t root;  /* of a directory: where in a path what lies below it begins */
	int entries;
};

static void note(struct taking *k, const char *what, const char *name)
{
	char *s = text("%.200s: %s", name, what), *clean = clean_name(s);

	list_add(k->notes, clean);
	free(s), free(clean);
}

/* There may be thousands of them. */
static void refuse(struct taking *k, const char *what, const char *path)
{
	if (k->refused++ < MAX_REFUSALS)
		note(k, what, path);
}

static void pass_over(struct taking *k, const char *path)
{
	/* Asked for, but not to be compiled: it is marked by hand. */
	if (!strcmp(base_name(path), "answers.md"))
		return;
	k->passed_over++;
	if (k->passed && strcmp(k->passed, path) <= 0)
		return;
	free(k->passed);
	k->passed = copy(path);
}

static bool ends_in(const char *path, const char *tail)
{
	size_t n = strlen(path), end = strlen(tail);

	return n >= end && !strcmp(path + n - end, tail) && (n == end || path[n - end - 1] == '/');
}

/* Is it where the handout has the student's file? */
static bool at_home(const struct taking *k, const char *path)
{
	char *home = text("labs/%s/%s", k->lab->name, base_name(path));
	bool found = ends_in(path, home);

	free(home);
	return found;
}

/* Is it a file of the handout that is not the student's? So is guest/apps/walk.c. */
static bool given(const struct taking *k, const char *path)
{
	bool found = false;

	for (const char *p = path, *slash; !found && (slash = strchr(p, '/')); p = slash + 1) {
		char *there = text("%s/../../%s", k->lab->dir, p);

		found = access(there, F_OK) == 0;
		free(there);
	}
	return found;
}

/* Which of the lab's files it could be, or NULL if the lab does not ask for it. */
static struct choice *wanted(const struct taking *k, const char *path)
{
	for (size_t i = 0; i < k->lab->files.nr; i++) {
		const char *file = k->lab->files.at[i];

		if (!strcmp(base_name(file), base_name(path)))
			return at_home(k, path) || ends_in(path, file) || !given(k, path)
				   ? &k->choices[i]
				   : NULL;
	}
	return NULL;
}

static int depth(const char *path)
{
	int n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* Directories and archives have an order of their own, by which nothing may be decided. Only of one
 * path the later counts, as it would if the archive were unpacked. */
static bool counts_more(const struct taking *k, const char *path, const char *than)
{
	if (at_home(k, path) != at_home(k, than))
		return at_home(k, path);
	if (depth(path) != depth(than))
		return depth(path) < depth(than);
	return strcmp(path, than) <= 0;
}

/* Both have an end that no honest submission comes near. */
static bool far_fetched(struct taking *k, const char *path)
{
	if (strnlen(path, MAX_PATH + 1) <= MAX_PATH && depth(path) <= MAX_DEPTH)
		return false;
	refuse(k, "has a name too long, or lies too deep; refused", path);
	return true;
}

static bool leads_out(const char *path)
{
	for (const char *p = path; *p; p++)
		if (!strncmp(p, "..", 2) && (p == path || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return *path == '/';
}

static void take(struct taking *k, struct choice *c, const char *path, const char *bytes, size_t n)
{
	char *to = text("%s/%s", k->to, base_name(path));

	if (memchr(bytes, 0, n)) {
		refuse(k, "is no text; refused", path);
	} else {
		c->nr++;
		if ((!c->path || counts_more(k, path, c->path)) && write_file(to, bytes, n)) {
			free(c->path);
			c->path = copy(path);
		}
	}
	free(to);
}

static void from_file(struct taking *k, const char *path, const struct stat *st)
{
	const char *name = path + k->root;
	struct choice *c;
	char *bytes;
	FILE *f;
	size_t n;

	if (far_fetched(k, name))
		return;
	c = wanted(k, name);
	if (!c) {
		pass_over(k, name);
		return;
	}
	if (!S_ISREG(st->st_mode) || st->st_size > MAX_FILE) {
		refuse(k,
		       S_ISREG(st->st_mode) ? "is bigger than 1 MB; refused"
					    : "is no regular file; refused",
		       name);
		return;
	}
	f = fopen(path, "rb");
	bytes = malloc(MAX_FILE);
	if (f && bytes) {
		n = fread(bytes, 1, MAX_FILE, f);
		take(k, c, name, bytes, n);
	}
	free(bytes);
	if (f)
		fclose(f);
}

static bool too_many(struct taking *k, int entries)
{
	char *limit = entries > MAX_ENTRIES ? text("%d files", MAX_ENTRIES) : NULL;

	if (limit)
		note(k, "are the most that are looked at; it has more", limit);
	free(limit);
	return entries > MAX_ENTRIES;
}

/* nftw() has no argument for its caller's use. */
static struct taking *walking;
static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (ftw->level == 0)
		walking->root = strlen(path) + 1;
	if (type == FTW_F || type == FTW_SL || type == FTW_SLN)
		from_file(walking, path, st);
	return too_many(walking, ++walking->entries);
}

/* What was unpacked so far, of files and of headers. */
static bool too_much(struct archive *a)
{
	return archive_filter_bytes(a, 0) > MAX_TOTAL;
}

/* The bytes of one entry; NULL if there are too many for a source. */
static char *entry_bytes(struct archive *a, size_t *n, long long *total)
{
	char *bytes = malloc(MAX_FILE + 1), spare[16384];
	bool fits = true;
	ssize_t got;

	*n = 0;
	while (*total <= MAX_TOTAL && !too_much(a)) {
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
	const char *path = archive_entry_pathname(e);
	bool far = path && far_fetched(k, path);
	struct choice *c = path && !far ? wanted(k, path) : NULL;
	size_t n;
	char *bytes;

	if (archive_entry_filetype(e) == AE_IFDIR)
		return;
	if (!path) {
		refuse(k, "its name cannot be read; refused", "a file");
	} else if (far) {
		/* It has been said. */
	} else if (leads_out(path)) {
		refuse(k, "leads out of its archive; refused", path);
		c = NULL;
	} else if (!c) {
		pass_over(k, path);
	} else if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e)) {
		refuse(k, "is no regular file; refused", path);
		c = NULL;
	}
	/* What is not wanted is read as well, so that a bomb is noticed. */
	bytes = entry_bytes(a, &n, total);
	if (c && !bytes)
		refuse(k, "is bigger than 1 MB; refused", path);
	else if (c)
		take(k, c, path, bytes, n);
	free(bytes);
}

static void from_archive(struct taking *k, const char *path)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	long long total = 0;

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
			if (total > MAX_TOTAL || too_much(a)) {
				note(k,
				     "expands to more than 64 MB; the rest of it is not looked at",
				     base_name(path));
				break;
			}
			if (too_many(k, ++k->entries))
				break;
		}
		if (status < ARCHIVE_WARN)
			note(k, "is a damaged archive", base_name(path));
	}
	archive_read_free(a);
}

/* What can be said only when all was looked at. @return how many were taken */
static size_t conclude(struct taking *k)
{
	const struct list *files = &k->lab->files;
	size_t n = 0;
	char *s;

	if (k->refused > MAX_REFUSALS) {
		s = text("%zu more", k->refused - MAX_REFUSALS);
		note(k, "refused", s);
		free(s);
	}
	if (k->passed_over) {
		s = k->passed_over == 1
			? copy(k->passed)
			: text("%.150s and %zu more", k->passed, k->passed_over - 1);
		note(k, "not asked for; passed over", s);
		free(s);
	}
	for (size_t i = 0; i < files->nr; i++) {
		const char *name = base_name(files->at[i]);
		struct choice *c = &k->choices[i];

		if (!c->path) {
			note(k, "is missing; the starter's counts", name);
			continue;
		}
		n++;
		if (c->nr > 1) {
			s = text("is there %zu times; %.200s counts", c->nr, c->path);
			note(k, s, name);
			free(s);
		}
		free(c->path);
	}
	return n;
}

static size_t collect_here(const struct lab *lab, const char *submission, const char *to,
			   struct list *notes)
{
	struct taking k = {.lab = lab,
			   .to = to,
			   .notes = notes,
			   .choices = calloc(lab->files.nr, sizeof(struct choice))};
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
	n = conclude(&k);
	free(k.choices), free(k.passed);
	return n;
}

/* In a process of its own: it tells the number, and then the notes, a line each. */
static void __attribute__((noreturn))
collector(const struct lab *lab, const char *submission, const char *to, int out, pid_t parent)
{
	struct rlimit cpu = {MAX_CPU, MAX_CPU};
	struct list notes = {0};
	FILE *f = fdopen(out, "w");
	size_t n;

	die_with(parent, SIGKILL);
	setrlimit(RLIMIT_CPU, &cpu);
	alarm(MAX_WALL);
	n = collect_here(lab, submission, to, &notes);
	fprintf(f, "%zu\n", n);
	for (size_t i = 0; i < notes.nr; i++)
		fprintf(f, "%s\n", notes.at[i]);
	_exit(fclose(f) ? 1 : 0);
}

size_t collect(const struct lab *lab, const char *submission, const char *to, struct list *notes)
{
	char *all = calloc(1, MAX_NOTES), *line, *rest;
	pid_t self = getpid(), pid;
	size_t have = 0, n = 0;
	int fd[2], status = 1;
	ssize_t got;

	if (!all || pipe2(fd, O_CLOEXEC))
		die("no pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("no process");
	if (pid == 0)
		collector(lab, submission, to, fd[1], self);
	close(fd[1]);
	while (have < MAX_NOTES - 1 && (got = read(fd[0], all + have, MAX_NOTES - 1 - have)) > 0)
		have += (size_t)got;
	close(fd[0]);
	waitpid(pid, &status, 0);
	line = strtok_r(all, "\n", &rest);
	if (line && !status) {
		n = (size_t)atoll(line);
		while ((line = strtok_r(NULL, "\n", &rest)))
			list_add(notes, line);
	} else {
		/* Half of it is not what was sent. */
		char *said = text("%.200s: cannot be read within %d s of CPU time; refused",
				  base_name(submission), MAX_CPU),
		     *clean = clean_name(said);

		remove_tree(to);
		make_dirs(to);
		list_add(notes, clean);
		free(said), free(clean);
	}
	free(all);
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

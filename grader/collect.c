/*
 * collect.c: the lab's files out of what a student sent, and nothing else.
 *
 * Nothing is ever unpacked: each entry of an archive is looked at where it is, and only a regular
 * file of moderate size with one of the lab's names is copied, under a path of ours. So links,
 * "..", absolute names, Makefiles and bombs have nothing to act upon. An archive in a folder or in
 * another archive is looked into as well, one in that is not. And it is looked at in a
 * process of its own, which has little time: whatever somebody thinks of, the class goes on.
 */
#include "collect.h"

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

#define MAX_TOTAL   (64ll << 20) /* what an archive may expand to, headers and all */
#define MAX_ENTRIES 20000
#define MAX_PATH    1000       /* bytes in a name */
#define MAX_DEPTH   32	       /* folders that something may lie in */
#define MAX_INNER   (16 << 20) /* bytes of an archive in an archive */
#define MAX_CPU	    5	       /* seconds */
#define MAX_WALL    60
#define MAX_NOTES   65536 /* bytes of them */

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

/* A class's download is no submission: of all its students one would be graded. */
static void look_for_class(struct taking *k, const char *path)
{
	char *all, *rest = NULL;

	k->class |= !strcmp(base_name(path), "submission_metadata.yml");
	if (!strstr(path, "_assignsubmission_") && !strstr(path, "_attempt_") && !is_archive(path))
		return;
	all = copy(path);
	for (char *part = strtok_r(all, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
		struct sent who = {0};

		if (lms_student(part, &who)) {
			k->class |= k->other && strcmp(k->other, who.account);
			if (!k->other)
				k->other = copy(who.account);
		}
		sent_free(&who);
	}
	free(all);
}

static void from_archive(struct taking *k, const char *path, const char *name);

/* A file of a directory, or a part of a submission by itself; `name` is what the student called it.
 */
static void from_file(struct taking *k, const char *path, const char *name, const struct stat *st)
{
	struct choice *c;
	enum fit fit;
	char *bytes;
	FILE *f;
	size_t n;

	if (far_fetched(k, name))
		return;
	c = wanted(k, name, &fit);
	if (!c && S_ISREG(st->st_mode) && is_archive(name)) {
		k->prefix = name;
		from_archive(k, path, name);
		k->prefix = NULL;
		return;
	}
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
		take(k, c, fit, name, bytes, n);
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
	if (ftw->level && !walking->class)
		look_for_class(walking, path + walking->root);
	if (type == FTW_F || type == FTW_SL || type == FTW_SLN)
		from_file(walking, path, path + walking->root, st);
	return too_many(walking, ++walking->entries) || walking->total > MAX_TOTAL;
}

/* What was unpacked so far, of files and of headers. */
static bool too_much(const struct taking *k, struct archive *a)
{
	return k->total > MAX_TOTAL || archive_filter_bytes(a, 0) > MAX_TOTAL;
}

/* The bytes of one entry; NULL if there are more than `max`. */
static char *entry_bytes(struct taking *k, struct archive *a, size_t *n, size_t max)
{
	char *bytes = malloc(max + 1), spare[16384];
	bool fits = true;
	ssize_t got;

	*n = 0;
	while (!too_much(k, a)) {
		if (fits)
			got = archive_read_data(a, bytes + *n, max + 1 - *n);
		else
			got = archive_read_data(a, spare, sizeof(spare));
		if (got <= 0)
			break;
		k->total += got;
		*n += (size_t)got;
		fits = *n <= max;
	}
	if (fits)
		return bytes;
	free(bytes);
	return NULL;
}

static void read_archive(struct taking *k, struct archive *a, const char *name);
static struct archive *new_archive(void);

/* Why something is read neither as a tar nor as a zip, by its first bytes. */
static const char *unreadable(const char *bytes, size_t n)
{
	static const struct {
		const char *magic, *what;
	} known[] = {{"Rar!", "is a rar archive, which is not read; ask for a zip"},
		     {"7z\xBC\xAF", "is a 7z archive, which is not read; ask for a zip"},
		     {"\x28\xB5\x2F\xFD", "is packed by zstd, which is not read; ask for a zip"},
		     {"\x1F\x8B", "is packed by gzip, but no tar archive; ask for a zip"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (n > strlen(known[i].magic) &&
		    !memcmp(bytes, known[i].magic, strlen(known[i].magic)))
			return known[i].what;
	return n ? "is neither a tar nor a zip archive" : "is empty";
}

/* An archive in an archive: as if its files lay in a folder of its name. */
static void from_inner(struct taking *k, const char *path, const char *bytes, size_t n)
{
	struct archive *a = new_archive();

	const char *outer = k->prefix;

	k->prefix = path;
	k->inner++;
	if (archive_read_open_memory(a, bytes, n) != ARCHIVE_OK)
		refuse(k, unreadable(bytes, n), path);
	else
		read_archive(k, a, path);
	k->inner--;
	k->prefix = outer;
	archive_read_free(a);
}

static void one_entry(struct taking *k, struct archive *a, struct archive_entry *e)
{
	const char *own = archive_entry_pathname(e);
	char *path = !own ? NULL : k->prefix ? text("%s/%s", k->prefix, own) : copy(own);
	bool far = path && far_fetched(k, path), inner = false;
	enum fit fit = NO_FIT;
	struct choice *c = path && !far ? wanted(k, path, &fit) : NULL;
	size_t n;
	char *bytes;

	if (archive_entry_filetype(e) == AE_IFDIR) {
		free(path);
		return;
	}
	if (!path) {
		refuse(k, "its name cannot be read; refused", "a file");
	} else if (far) {
		/* It has been said. */
	} else if (leads_out(own)) {
		refuse(k, "leads out of its archive; refused", path);
		c = NULL;
	} else if (!c && is_archive(path) && archive_entry_filetype(e) == AE_IFREG) {
		inner = !k->inner;
		if (!inner)
			refuse(k, "is an archive in an archive in another; not looked into", path);
	} else if (!c) {
		pass_over(k, path);
	} else if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e)) {
		refuse(k, "is no regular file; refused", path);
		c = NULL;
	}
	if (path && !far && !k->inner && !k->class)
		look_for_class(k, own);
	/* What is not wanted is read as well, so that a bomb is noticed. */
	bytes = entry_bytes(k, a, &n, inner ? MAX_INNER : MAX_FILE);
	if (!bytes && (c || inner))
		refuse(k, inner ? "is bigger than 16 MB; refused" : "is bigger than 1 MB; refused",
		       path);
	else if (c)
		take(k, c, fit, path, bytes, n);
	else if (inner && !too_much(k, a))
		from_inner(k, path, bytes, n);
	free(bytes), free(path);
}

static struct archive *new_archive(void)
{
	struct archive *a = archive_read_new();

	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_zip(a);
	return a;
}

static void read_archive(struct taking *k, struct archive *a, const char *name)
{
	struct archive_entry *e;
	int status;

	while ((status = archive_read_next_header(a, &e)) == ARCHIVE_OK || status == ARCHIVE_WARN) {
		one_entry(k, a, e);
		if (too_much(k, a)) {
			if (k->total <= MAX_TOTAL) /* headers: the archives around it end, too */
				k->total = MAX_TOTAL + 1;
			note(k, "expands to more than 64 MB; the rest of it is not looked at",
			     name);
			break;
		}
		if (k->entries > MAX_ENTRIES || too_many(k, ++k->entries))
			break;
	}
	if (status < ARCHIVE_WARN)
		note(k, "is a damaged archive", name);
	/* Many archives with long headers are a bomb as well. */
	k->total += archive_filter_bytes(a, 0);
}

static void from_archive(struct taking *k, const char *path, const char *name)
{
	struct archive *a = new_archive();
	char *head = NULL;

	if (archive_read_open_filename(a, path, 65536) == ARCHIVE_OK)
		read_archive(k, a, name);
	else if ((head = read_file(path, 16, false)))
		note(k, unreadable(head, strlen(head)), name);
	else
		note(k, "cannot be read", name);
	free(head);
	archive_read_free(a);
}

/* A part of a submission: a folder, an archive, or if there are several a file by itself. */
static void from_part(struct taking *k, const struct part *p, bool only)
{
	enum fit fit;
	struct stat st;

	if (lstat(p->path, &st))
		note(k, "is not there", p->path);
	else if (S_ISDIR(st.st_mode)) {
		walking = k;
		nftw(p->path, visit, 32, FTW_PHYS);
	} else if (!S_ISREG(st.st_mode)) {
		note(k, "is neither a directory nor a regular file", p->as);
	} else if (is_archive(p->as) || (only && !wanted(k, p->as, &fit))) {
		from_archive(k, p->path, p->as);
	} else {
		from_file(k, p->path, p->as, &st);
	}
}

static size_t collect_here(const struct lab *lab, const struct part *parts, size_t nr,
			   const char *to, struct list *notes, size_t *doubts)
{
	struct taking k = {.lab = lab,
			   .to = to,
			   .notes = notes,
			   .choices = calloc(lab->files.nr, sizeof(struct choice))};
	size_t n;

	make_dirs(to);
	if (!nr)
		list_add(notes, "no file was handed in");
	for (size_t i = 0; i < nr; i++)
		from_part(&k, &parts[i], nr == 1);
	n = conclude(&k);
	*doubts = k.doubts;
	free(k.choices), free(k.passed), free(k.other);
	return n;
}

/* In a process of its own: it tells the numbers, and then the notes, a line each. */
static void __attribute__((noreturn)) collector(const struct lab *lab, const struct part *parts,
						size_t nr, const char *to, int out, pid_t parent)
{
	struct rlimit cpu = {MAX_CPU, MAX_CPU};
	struct list notes = {0};
	FILE *f = fdopen(out, "w");
	size_t n, doubts;

	die_with(parent, SIGKILL);
	setrlimit(RLIMIT_CPU, &cpu);
	alarm(MAX_WALL);
	n = collect_here(lab, parts, nr, to, &notes, &doubts);
	fprintf(f, "%zu %zu\n", n, doubts);
	for (size_t i = 0; i < notes.nr; i++)
		fprintf(f, "%s\n", notes.at[i]);
	_exit(fclose(f) ? 1 : 0);
}

size_t collect(const struct lab *lab, const struct part *parts, size_t nr, const char *to,
	       struct list *notes, size_t *doubts)
{
	char *all = calloc(1, MAX_NOTES), *line, *rest;
	pid_t self = getpid(), pid;
	size_t have = 0, n = 0;
	int fd[2], status = 1;
	ssize_t got;

	*doubts = 0;
	if (!all || pipe2(fd, O_CLOEXEC))
		die("no pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("no process");
	if (pid == 0)
		collector(lab, parts, nr, to, fd[1], self);
	close(fd[1]);
	while (have < MAX_NOTES - 1 && (got = read(fd[0], all + have, MAX_NOTES - 1 - have)) > 0)
		have += (size_t)got;
	close(fd[0]);
	waitpid(pid, &status, 0);
	line = strtok_r(all, "\n", &rest);
	if (line && !status) {
		n = (size_t)strtoull(line, &line, 10);
		*doubts = (size_t)strtoull(line, NULL, 10);
		while ((line = strtok_r(NULL, "\n", &rest)))
			list_add(notes, line);
	} else {
		/* Half of it is not what was sent. */
		char *said = text("%.200s: cannot be read within %d s of CPU time; refused",
				  nr ? parts[0].as : "it", MAX_CPU),
		     *clean = clean_name(said);

		remove_tree(to);
		make_dirs(to);
		list_add(notes, clean);
		free(said), free(clean);
	}
	free(all);
	return n;
}

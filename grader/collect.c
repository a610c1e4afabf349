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

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_PATH  1000 /* bytes in a name */
#define MAX_DEPTH 32   /* folders that something may lie in */
#define MAX_CPU	  10   /* seconds: on a busy machine 20,000 files take half of that */
#define MAX_WALL  60
#define MAX_NOTES 65536 /* bytes of them */

bool far_fetched(struct taking *k, const char *path)
{
	if (strnlen(path, MAX_PATH + 1) <= MAX_PATH && depth(path) <= MAX_DEPTH)
		return false;
	refuse(k, "has a name too long, or lies too deep; refused", path);
	return true;
}

void look_for_class(struct taking *k, const char *path)
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

bool too_many(struct taking *k, int entries)
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

/*
 * class.c: whose submissions there are: in a folder of archives and folders that bear the students'
 * names, or in what a course's platform has packed for download (lms.c).
 */
#include "grade.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* The last four cannot be read; but whoever sends one is a student. */
static const char *const ends[] = {".zip", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar",
				   ".txz", ".tbz", ".7z",     ".rar",	 ".tar.zst", ".gz"};

/* Where the end of an archive's name begins, or NULL. */
static const char *archive_end(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (n > strlen(ends[i]) && !strcasecmp(name + n - strlen(ends[i]), ends[i]))
			return name + n - strlen(ends[i]);
	return NULL;
}

bool is_archive(const char *name)
{
	return archive_end(name) != NULL;
}

/* alice.tar.gz -> alice */
static char *student_name(const char *path)
{
	const char *name = base_name(path), *end = archive_end(name);

	return end ? text("%.*s", (int)(end - name), name) : copy(name);
}

/* What lies in folders of submissions and is nobody's. */
static bool is_junk(const char *name)
{
	static const char *const junk[] = {"__MACOSX", "Thumbs.db", "desktop.ini", "index.html",
					   "submission_metadata.yml"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		if (!strcasecmp(junk[i], name))
			return true;
	return dot && !strcasecmp(dot, ".csv");
}

/* nftw() has no argument for its caller's use. */
static time_t newest;
static int look_at_time(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	if (type == FTW_F && st->st_mtime > newest)
		newest = st->st_mtime;
	return ftw->level > 32;
}

/* When a file was last changed, or the newest in a folder. */
static time_t changed(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return 0;
	newest = 0;
	if (S_ISDIR(st.st_mode))
		nftw(path, look_at_time, 32, FTW_PHYS);
	return newest ? newest : st.st_mtime;
}

static struct submission *new_submission(struct submissions *all, const struct sent *s)
{
	struct submission *sub;
	char *shown;

	all->at = realloc(all->at, (all->nr + 1) * sizeof(*all->at));
	sub = &all->at[all->nr++];
	*sub = (struct submission){.student = copy(s->account ? s->account : s->name),
				   .name = copy(s->name),
				   .account = copy(s->account ? s->account : ""),
				   .lms = s->lms ? s->lms : "",
				   .when = s->when,
				   .order = s->order,
				   .late = s->late};
	shown = !s->account || !strcmp(s->account, s->name) ? copy(s->name)
							    : text("%s (%s)", s->name, s->account);
	sub->shown = clean_name(shown);
	free(shown);
	return sub;
}

static void add_part(struct submission *sub, const char *path, const char *as)
{
	sub->parts = realloc(sub->parts, (sub->nr_parts + 1) * sizeof(*sub->parts));
	sub->parts[sub->nr_parts++] = (struct part){copy(path), copy(as)};
}

static void submission_free(struct submission *sub)
{
	for (size_t i = 0; i < sub->nr_parts; i++)
		free(sub->parts[i].path), free(sub->parts[i].as);
	free(sub->parts), free(sub->student), free(sub->name), free(sub->account), free(sub->shown);
}

void submissions_free(struct submissions *all)
{
	for (size_t i = 0; i < all->nr; i++)
		submission_free(&all->at[i]);
	free(all->at);
}

/* By the name that a file of no platform bears. */
static void add_plain(struct submissions *all, const char *path)
{
	struct sent s = {.name = student_name(path), .when = changed(path)};

	s.order = s.when;
	add_part(new_submission(all, &s), path, base_name(path));
	free(s.name);
}

/* Who sent nothing but a comment or a text has none. */
static const char *first_path(const struct submission *sub)
{
	return sub->nr_parts ? sub->parts[0].path : "what has no file";
}

static int newest_first(const void *a, const void *b)
{
	const struct submission *x = a, *y = b;
	int order = strcmp(x->student, y->student);

	if (!order)
		order = (x->order < y->order) - (x->order > y->order);
	return order ? order : strcmp(first_path(x), first_path(y));
}

void only_the_last(struct submissions *all)
{
	size_t kept = 0;

	qsort(all->at, all->nr, sizeof(*all->at), newest_first);
	for (size_t i = 0; i < all->nr; i++) {
		struct submission *sub = &all->at[i], *last = kept ? &all->at[kept - 1] : NULL;

		if (last && !strcmp(last->student, sub->student)) {
			char *newer = clean_name(base_name(first_path(last)));
			char *older = clean_name(base_name(first_path(sub)));

			printf("%s: %s counts, %s is older\n", sub->shown, newer, older);
			free(newer), free(older);
			submission_free(sub);
		} else {
			all->at[kept++] = *sub;
		}
	}
	all->nr = kept;
}

/* One of the lab's files that it holds itself, or NULL. */
static const char *loose_file(const struct lab *lab, const char *dir)
{
	for (size_t i = 0; i < lab->files.nr; i++) {
		const char *name = base_name(lab->files.at[i]);
		char *path = text("%s/%s", dir, name);
		bool found = access(path, F_OK) == 0;

		free(path);
		if (found)
			return name;
	}
	return NULL;
}

/* nftw() has no argument for its caller's use. */
static struct {
	const struct lab *lab;
	char *path;
} below;
static int could_be_another(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char *name = student_name(path);
	bool found = ftw->level == 1 && strcmp(name, base_name(path)); /* an archive */

	(void)st;
	for (size_t i = 0; i < below.lab->files.nr && ftw->level > 1; i++)
		found |= !strcmp(base_name(below.lab->files.at[i]), base_name(path));
	free(name);
	if (found && type == FTW_F)
		below.path = clean_name(path);
	return below.path != NULL;
}

/* A directory that holds one of the lab's files itself is a submission; but a file that got into a
 * class's directory must not make one submission of the class. */
static bool is_submission(const struct lab *lab, const char *dir)
{
	const char *loose = loose_file(lab, dir);

	below.lab = lab;
	if (loose && nftw(dir, could_be_another, 32, FTW_PHYS))
		die("%s holds %s, as a submission does, and %s, as a class does: take one of them "
		    "away",
		    clean_name(dir), loose, below.path);
	return loose != NULL;
}

/* Does a file belong to the submission of which `first` is one? Of Blackboard a submission is an
 * attempt, with its time; of Canvas what has a number of its own, unless it is the same file again.
 */
static bool same_attempt(const struct submission *sub, const struct sent *s)
{
	return !strcmp(sub->lms, s->lms) && !strcmp(sub->student, s->account) &&
	       (strcmp(s->lms, "blackboard") || sub->order == s->order);
}

/* "lab02.zip", "lab02-1.zip", "lab02 (2).zip" are one name. */
static size_t stem(const char *name)
{
	size_t n = strcspn(name, "."), digits = n;

	if (n && name[n - 1] == ')')
		digits--;
	while (digits && strchr("0123456789", name[digits - 1]))
		digits--;
	if (digits && digits < n && (name[digits - 1] == '-' || name[digits - 1] == '('))
		for (n = digits - 1; n && name[n - 1] == ' ';)
			n--;
	return n;
}

/* Canvas numbers a file that is sent again; which was sent last its own number tells. @return is it
 * in the place of an earlier one, or earlier itself? */
static bool sent_again(struct submission *sub, const struct sent *s, const char *path)
{
	size_t n = stem(s->as);

	for (size_t i = 0; i < sub->nr_parts && !strcmp(s->lms, "canvas"); i++) {
		struct part *p = &sub->parts[i];
		struct sent old = {0};
		bool newer;

		if (stem(p->as) != n || strncasecmp(p->as, s->as, n) ||
		    strcasecmp(p->as + strcspn(p->as, "."), s->as + strcspn(s->as, ".")))
			continue;
		newer = lms_name(base_name(p->path), &old) && old.order < s->order;
		sent_free(&old);
		printf("%s: %s counts, %s is older\n", sub->shown, newer ? s->as : p->as,
		       newer ? p->as : s->as);
		if (newer) {
			free(p->path), free(p->as);
			*p = (struct part){copy(path), copy(s->as)};
			sub->late = s->late;
		}
		return true;
	}
	return false;
}

/* A file or folder that a platform has named. What it adds itself makes nobody a student twice. */
static void add_sent(struct submissions *all, struct sent *s, const char *path, size_t first)
{
	struct submission *sub = NULL;

	for (size_t i = first; i < all->nr && !sub; i++)
		if (same_attempt(&all->at[i], s))
			sub = &all->at[i];
	if (!sub) {
		if (!s->when && !(s->lms && !strcmp(s->lms, "canvas")))
			s->when = changed(path);
		sub = new_submission(all, s);
	} else if (!strcmp(s->lms, "moodle") && !s->beside && changed(path) > sub->when) {
		sub->when = changed(path);
	}
	if (!strcmp(s->lms, "moodle"))
		sub->order = sub->when;
	if (s->beside || (s->as && sent_again(sub, s, path)))
		return;
	add_part(sub, path, s->as && *s->as ? s->as : base_name(path));
}

/* Gradescope's folders; who has handed in nothing has no folder. */
static void add_gradescope(struct submissions *all, const char *dir, const char *metadata)
{
	struct sent *s;
	size_t n = gradescope_metadata(metadata, &s);

	for (size_t i = 0; i < n; i++) {
		char *path = text("%s/%s", dir, s[i].as);
		bool inside = !strchr(s[i].as, '/') && strcmp(s[i].as, "..");

		if (inside && access(path, F_OK) == 0)
			add_part(new_submission(all, &s[i]), path, s[i].as);
		free(path);
		sent_free(&s[i]);
	}
	free(s);
	if (!n)
		die("%s names no submission", metadata);
}

/* Blackboard's .txt comes after the files of its attempt, by the alphabet; but it knows the names.
 */
static void name_by_text(const char *dir, const struct dirent *const *names, int n,
			 const char *file, struct sent *s)
{
	const char *end = strstr(file, "_attempt_");
	size_t length = (size_t)(end - file) + strlen("_attempt_2026-03-01-23-58-12");

	for (int i = 0; i < n; i++)
		if (!strncmp(names[i]->d_name, file, length) &&
		    !strcmp(names[i]->d_name + length, ".txt")) {
			char *path = text("%s/%s", dir, names[i]->d_name);

			blackboard_text(path, s);
			free(path);
		}
}

/* An archive is a submission; a directory is one, or holds submissions. */
void add_submissions(struct submissions *all, const struct lab *lab, const char *arg)
{
	char *metadata = text("%s/submission_metadata.yml", arg);
	size_t first = all->nr;
	struct dirent **names;
	struct stat st;
	int n;

	if (stat(arg, &st))
		die("there is no %s", arg);
	if (S_ISDIR(st.st_mode) && access(metadata, R_OK) == 0) {
		add_gradescope(all, arg, metadata);
		free(metadata);
		return;
	}
	free(metadata);
	if (!S_ISDIR(st.st_mode) || is_submission(lab, arg)) {
		struct sent s = {0};

		if (lms_name(base_name(arg), &s) && !s.beside)
			add_sent(all, &s, arg, first);
		else
			add_plain(all, arg);
		sent_free(&s);
		return;
	}
	n = scandir(arg, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char *path = text("%s/%s", arg, names[i]->d_name);
		struct sent s = {0};

		if (names[i]->d_name[0] == '.') {
			/* nobody's */
		} else if (lms_name(names[i]->d_name, &s)) {
			if (!strcmp(s.lms, "blackboard"))
				name_by_text(arg, (const struct dirent *const *)names, n,
					     names[i]->d_name, &s);
			add_sent(all, &s, path, first);
		} else if (is_junk(names[i]->d_name)) {
			char *shown = clean_name(names[i]->d_name);

			printf("%s: no submission; passed over\n", shown);
			free(shown);
		} else {
			add_plain(all, path);
		}
		sent_free(&s);
		free(path);
	}
	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
}

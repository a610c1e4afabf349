/*
 * folder.c: what lies in a folder of submissions: archives and folders that bear the students'
 * names, or what a course's platform has packed for download (lms.c).
 */
#include "grade.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define METADATA "submission_metadata.yml" /* Gradescope's */

/* What lies in folders of submissions and is nobody's. */
static bool is_junk(const char *name)
{
	static const char *const junk[] = {"__MACOSX", "Thumbs.db", "desktop.ini", "index.html",
					   METADATA};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		if (!strcasecmp(junk[i], name))
			return true;
	return dot && !strcasecmp(dot, ".csv");
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

/* Are two students named in it? `METADATA` tells of them, too, where `metadata` is true. */
static bool names_two(const char *dir, bool (*student)(const char *name, struct sent *s),
		      bool metadata)
{
	struct dirent **names;
	char *first = NULL;
	bool found = false;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		struct sent s = {0};

		found |= metadata && !strcmp(names[i]->d_name, METADATA);
		if (student(names[i]->d_name, &s)) {
			found |= first && strcmp(first, s.account);
			if (!first)
				first = copy(s.account);
		}
		sent_free(&s);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	free(first);
	return found;
}

/* A directory that holds one of the lab's files itself is a submission, if no platform has packed a
 * class there; but a file that got into a class's directory must not make one submission of the
 * class. */
static bool is_submission(const struct lab *lab, const char *dir)
{
	const char *loose = loose_file(lab, dir);

	if (loose && names_two(dir, lms_name, false))
		return false;
	below.lab = lab;
	if (loose && nftw(dir, could_be_another, 32, FTW_PHYS))
		die("%s holds %s, as a submission does, and %s, as a class does: take one of them "
		    "away",
		    clean_name(dir), loose, below.path);
	return loose != NULL;
}

/* A folder beside Gradescope's that its metadata do not name is somebody's all the same. */
static void add_unnamed(struct submissions *all, const char *dir, const struct sent *s, size_t nr)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *path = text("%s/%s", dir, names[i]->d_name);
		bool named = *names[i]->d_name == '.' || is_junk(names[i]->d_name);
		struct stat st;

		for (size_t k = 0; k < nr && !named; k++)
			named = !strcmp(s[k].as, names[i]->d_name);
		if (!named && !lstat(path, &st) && S_ISDIR(st.st_mode)) {
			char *shown = clean_name(names[i]->d_name);

			printf("%s: " METADATA " does not name it; taken under the folder's name\n",
			       shown);
			add_plain(all, path);
			free(shown);
		}
		free(path), free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* Gradescope's folders; who has handed in nothing has no folder. */
static void add_gradescope(struct submissions *all, const char *dir, const char *metadata)
{
	struct sent *s;
	size_t n = gradescope_metadata(metadata, &s);

	for (size_t i = 0, next; i < n; i = next) {
		char *path = text("%s/%s", dir, s[i].as);
		bool inside = !strchr(s[i].as, '/') && strcmp(s[i].as, "..");
		struct submission *sub = NULL;

		if (inside && access(path, F_OK) == 0) {
			sub = new_submission(all, &s[i]);
			add_part(sub, path, s[i].as);
		}
		/* A group: one submission, which counts for each of them. */
		for (next = i + 1; next < n && !strcmp(s[next].as, s[i].as); next++)
			if (sub)
				add_other(sub, &s[next]);
		free(path);
	}
	add_unnamed(all, dir, s, n);
	for (size_t i = 0; i < n; i++)
		sent_free(&s[i]);
	free(s);
	if (!n)
		die("%s names no submission", metadata);
}

#define ATTEMPT "_attempt_"
#define STAMP	"2026-03-01-23-58-12"

/* Of a name as Blackboard makes them: where what tells assignment and user ends, or 0. */
static size_t attempt_at(const char *file)
{
	size_t at = 0;

	for (const char *p = file; (p = strstr(p, ATTEMPT)); p++)
		if (strspn(p + strlen(ATTEMPT), "0123456789-") == strlen(STAMP))
			at = (size_t)(p - file);
	return at;
}

/* Blackboard's .txt comes after the files of its attempt, by the alphabet; but it knows the names.
 * @return is it there? */
static bool name_by_text(const char *dir, const struct dirent *const *names, int n,
			 const char *file, struct sent *s)
{
	size_t length = attempt_at(file) + strlen(ATTEMPT STAMP);
	bool found = false;

	for (int i = 0; i < n && !found; i++)
		if (!strncmp(names[i]->d_name, file, length) &&
		    !strcmp(names[i]->d_name + length, ".txt")) {
			char *path = text("%s/%s", dir, names[i]->d_name);

			found = blackboard_text(path, s);
			free(path);
		}
	return found;
}

/* Without it: a_smith and b_smith are not one, for all have the assignment's name in common, and
 * what follows is the user's. */
static void name_by_others(const struct dirent *const *names, int n, const char *file,
			   struct sent *s)
{
	size_t own = attempt_at(file), common = own;

	for (int i = 0; i < n; i++) {
		const char *other = names[i]->d_name;
		size_t end = attempt_at(other), k = 0;

		while (k < common && k < end && other[k] == file[k])
			k++;
		if (end && k < common)
			common = k;
	}
	while (common && file[common - 1] != '_')
		common--;
	if (!common || own - common <= strlen(s->account))
		return;
	free(s->name), free(s->account);
	s->account = text("%.*s", (int)(own - common), file + common);
	s->name = copy(s->account);
}

/* How many archives and folders lie in one. */
static int packages(const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort), found = 0;

	for (int i = 0; i < n; i++) {
		char *path = text("%s/%s", dir, names[i]->d_name);
		struct stat st;

		if (*names[i]->d_name != '.' && !is_junk(names[i]->d_name) && !lstat(path, &st))
			found += S_ISDIR(st.st_mode) || is_archive(path);
		free(path), free(names[i]);
	}
	if (n >= 0)
		free(names);
	return found;
}

/* Where a platform has named the students: somebody may have put an archive or a folder beside, but
 * not a file by itself. */
static bool has_strayed(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && !S_ISDIR(st.st_mode) && !is_archive(path);
}

/* Blackboard's names tell a time of the school's, which is that of `due`. */
static void in_course_zone(const struct lab *lab, struct sent *s)
{
	if (!strcmp(s->lms, "blackboard"))
		s->order = s->when = course_time(&lab->policy, s->when);
}

static void add_entry(struct submissions *all, const struct lab *lab, const char *dir,
		      const struct dirent *const *names, int n, const char *name, size_t first)
{
	char *path = text("%s/%s", dir, name), *shown = clean_name(name);
	struct sent s = {0};

	if (name[0] == '.') {
		/* nobody's */
	} else if (lms_name(name, &s)) {
		in_course_zone(lab, &s);
		if (!strcmp(s.lms, "blackboard") && !name_by_text(dir, names, n, name, &s))
			name_by_others(names, n, name, &s);
		add_sent(all, &s, path, first);
	} else if (is_junk(name) || (has_strayed(path) && names_two(dir, lms_name, false))) {
		printf("%s: no submission; passed over\n", shown);
	} else if (names_two(path, lms_student, true)) {
		/* Programs that unpack make a folder of the download's name, so that the class is
		 * one folder deeper. Two must be in it, for somebody may hand in a folder as the
		 * platform had named it. */
		printf("%s: holds a class; what is in it is taken\n", shown);
		add_submissions(all, lab, path);
	} else {
		add_plain(all, path);
	}
	sent_free(&s);
	free(path), free(shown);
}

static void add_folder(struct submissions *all, const struct lab *lab, const char *dir)
{
	size_t first = all->nr;
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort);
	const struct submission *only;

	for (int i = 0; i < n; i++)
		add_entry(all, lab, dir, (const struct dirent *const *)names, n, names[i]->d_name,
			  first);
	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
	only = all->nr == first + 1 ? &all->at[first] : NULL;
	if (only && only->nr_parts == 1 && !loose_file(lab, only->parts[0].path) &&
	    packages(only->parts[0].path) > 1)
		printf("%s is taken for one student; if it is the class, name that folder: %s\n",
		       only->shown, only->parts[0].path);
}

/* As somebody is called whose folder is given: "alice/" and "." are, too. To be freed. */
static char *as_given(const char *arg)
{
	size_t n = strlen(arg);
	char *path, *whole;

	while (n > 1 && arg[n - 1] == '/')
		n--;
	path = text("%.*s", (int)n, arg);
	if (strcmp(base_name(path), ".") && strcmp(base_name(path), ".."))
		return path;
	whole = realpath(path, NULL);
	free(path);
	return whole ? whole : copy(arg);
}

void add_submissions(struct submissions *all, const struct lab *lab, const char *arg)
{
	char *path = as_given(arg), *metadata = text("%s/" METADATA, path);
	struct sent s = {0};
	struct stat st;
	bool folder, sent;

	if (stat(path, &st))
		die("there is no %s", arg);
	folder = S_ISDIR(st.st_mode);
	/* Of platforms only Moodle makes folders of students. */
	sent = lms_name(base_name(path), &s) && !s.beside && (!folder || !strcmp(s.lms, "moodle"));
	if (sent)
		in_course_zone(lab, &s);
	if (folder && access(metadata, R_OK) == 0)
		add_gradescope(all, path, metadata);
	else if (sent)
		add_sent(all, &s, path, all->nr);
	else if (!folder || is_submission(lab, path))
		add_plain(all, path);
	else
		add_folder(all, lab, path);
	sent_free(&s);
	free(path), free(metadata);
}

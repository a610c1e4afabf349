/* choose.c: which of the files of a submission count as the lab's, and what is said of the others.
 */
#include "collect.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MAX_REFUSALS 20 /* that are noted one by one */

void note(struct taking *k, const char *what, const char *name)
{
	char *s = text("%.200s: %s", name, what), *clean = clean_name(s);

	list_add(k->notes, clean);
	free(s), free(clean);
}

/* There may be thousands of them. */
void refuse(struct taking *k, const char *what, const char *path)
{
	if (k->refused++ < MAX_REFUSALS)
		note(k, what, path);
}

void pass_over(struct taking *k, const char *path)
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

/* Browsers and platforms number what is there already: "walk (1).c", "walk-1.c", "walk - Copy.c",
 * "Copy of walk.c", "walk.c.txt". */
static bool is_copy_of(const char *name, const char *of)
{
	const char *dot = strrchr(of, '.');
	size_t stem = (size_t)(dot - of), n = strlen(name), digits;

	if (!strncasecmp(name, "Copy of ", 8))
		return !strcasecmp(name + 8, of);
	if (n == strlen(of) + 4 && !strcasecmp(name + n - 4, ".txt")) /* an editor's doing */
		return !strncasecmp(name, of, strlen(of));
	if (n < strlen(of) || strncasecmp(name, of, stem) ||
	    strcasecmp(name + n - strlen(dot), dot))
		return false;
	name += stem;
	n -= stem + strlen(dot);
	name += strspn(name, " ");
	if (!strncasecmp(name, "copy", 4) || !strncasecmp(name, "- copy", 6))
		return true;
	digits = strspn(name + 1, "0123456789");
	return (*name == '(' && digits && digits < 3 && name[1 + digits] == ')') ||
	       (*name == '-' && digits && digits < 3 && name[1 + digits] == '.');
}

/* The lab's file with that name, how well the name fits (0: as it is), or -1. */
static int which_file(const struct taking *k, const char *name, enum fit *fit)
{
	int found = -1;

	*fit = NO_FIT;
	for (size_t i = 0; i < k->lab->files.nr; i++) {
		const char *file = base_name(k->lab->files.at[i]);
		enum fit here = !strcmp(file, name)	  ? EXACT
				: !strcasecmp(file, name) ? OTHER_CASE
				: is_copy_of(name, file)  ? NUMBERED
							  : NO_FIT;

		if (here < *fit) {
			*fit = here;
			found = (int)i;
		}
	}
	return found;
}

/* The path with the lab's own name for the file. */
static char *as_named(const char *path, const char *name)
{
	return text("%.*s%s", (int)(base_name(path) - path), path, name);
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
struct choice *wanted(const struct taking *k, const char *path, enum fit *fit)
{
	int i = which_file(k, base_name(path), fit);
	const char *file = i < 0 ? NULL : k->lab->files.at[i];
	struct choice *c = NULL;
	char *named;

	if (!file)
		return NULL;
	named = as_named(path, base_name(file));
	if (at_home(k, named) || ends_in(named, file) || !given(k, named))
		c = &k->choices[i];
	free(named);
	return c;
}

int depth(const char *path)
{
	int n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* Is it better than what was chosen (< 0), as good (0), or worse? */
static int against(const struct taking *k, const char *path, enum fit fit, const struct choice *c)
{
	if (fit != c->fit)
		return fit < c->fit ? -1 : 1;
	if (at_home(k, path) != at_home(k, c->path))
		return at_home(k, path) ? -1 : 1;
	return depth(path) - depth(c->path);
}

/* Directories and archives have an order of their own, by which nothing may be decided. Only of one
 * path the later counts, as it would if the archive were unpacked. */
void take(struct taking *k, struct choice *c, enum fit fit, const char *path, const char *bytes,
	  size_t n)
{
	char *to = text("%s/%s", k->to, base_name(k->lab->files.at[c - k->choices]));
	/* What some editors put before UTF-8 is no change of the student's. */
	size_t mark = n >= 3 && !memcmp(bytes, "\xEF\xBB\xBF", 3) ? 3 : 0;
	uint64_t hash = hash_bytes(HASH_START, bytes += mark, n -= mark);
	int order = c->path ? against(k, path, fit, c) : -1;
	bool as_good = order == 0 && strcmp(path, c->path) && hash != c->hash;

	if (n >= 2 && (!memcmp(bytes, "\xFF\xFE", 2) || !memcmp(bytes, "\xFE\xFF", 2))) {
		refuse(k, "is UTF-16, which no compiler reads; refused; ask for UTF-8", path);
	} else if (memchr(bytes, 0, n)) {
		refuse(k, "is no text; refused", path);
	} else {
		c->nr++;
		/* Two of them, and no reason why it should be the one. */
		if (c->path && fit != EXACT && fit == c->fit && hash != c->hash && !c->rival)
			c->rival = copy(path);
		c->doubt = (c->doubt && order >= 0) || as_good;
		if ((order < 0 || (order == 0 && strcmp(path, c->path) <= 0)) &&
		    write_file(to, bytes, n)) {
			if (fit == EXACT)
				free(c->rival), c->rival = NULL;
			free(c->path);
			c->path = copy(path);
			c->fit = fit;
			c->hash = hash;
			c->size = n;
		}
	}
	free(to);
}

/* As if it had not been there. */
static void leave(const struct taking *k, size_t i)
{
	char *to = text("%s/%s", k->to, base_name(k->lab->files.at[i]));

	unlink(to);
	free(to), free(k->choices[i].path);
	k->choices[i].path = NULL;
}

/* `any`: some of the lab's files are there. @return is this one? */
static bool conclude_one(struct taking *k, size_t i, bool any)
{
	const char *name = base_name(k->lab->files.at[i]);
	struct choice *c = &k->choices[i];
	char *s, *to;

	if (!c->path) {
		if (any)
			note(k, "is missing; the starter's counts", name);
		return false;
	}
	if (c->rival) {
		s = text("could be %.200s or %.200s; neither is taken, the starter's counts",
			 c->path, c->rival);
		note(k, s, name);
		to = text("%s/%s", k->to, name);
		unlink(to);
		free(s), free(to);
		return false;
	}
	if (c->fit != EXACT) {
		s = text("taken for %s", name);
		note(k, s, c->path);
		free(s);
	}
	if (c->nr > 1) {
		s = text("is there %zu times; %.200s counts%s", c->nr, c->path,
			 c->doubt && c->size ? ", by the alphabet alone, and they differ" : "");
		note(k, s, name);
		free(s);
	}
	if (!c->size)
		note(k, "has nothing in it", name);
	k->doubts += c->doubt;
	return true;
}

/* Something may be missing only because it could not be read: then it is asked for again, and no
 * grade is given for the rest. */
static bool half_read(const struct taking *k)
{
	for (size_t i = 0; i < k->lab->files.nr && k->unread; i++)
		if (!k->choices[i].path)
			return true;
	return false;
}

size_t conclude(struct taking *k)
{
	bool any = false, none = k->class || half_read(k);
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
	if (k->class) {
		list_free(k->notes);
		list_add(k->notes,
			 "it holds what a platform has packed of a class: unpack it, and name "
			 "the folder; nothing of it is taken");
	}
	if (none && !k->class)
		list_add(k->notes, "not all of it can be read, so nothing of it is taken");
	for (size_t i = 0; i < k->lab->files.nr; i++) {
		any |= k->choices[i].path && !none;
		k->choices[i].doubt |= k->choices[i].path && !k->choices[i].size;
	}
	/* First what a person should look at. */
	for (int sure = 0; sure < 2; sure++)
		for (size_t i = 0; i < k->lab->files.nr; i++) {
			struct choice *c = &k->choices[i];

			if (c->doubt == sure)
				continue;
			if (none)
				leave(k, i);
			n += conclude_one(k, i, any);
			free(c->path), free(c->rival);
		}
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

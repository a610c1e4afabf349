/* class.c: whose submissions there are, which of their files belong together, and which is the
 * last. */
#include "grade.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

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

static struct submission *one_more(struct submission **at, size_t *nr, const struct sent *s)
{
	struct submission *sub;

	*at = realloc(*at, (*nr + 1) * sizeof(**at));
	sub = &(*at)[(*nr)++];
	*sub = (struct submission){.student = composed(s->account ? s->account : s->name),
				   .name = composed(s->name),
				   .account = composed(s->account ? s->account : ""),
				   .lms = s->lms ? s->lms : "",
				   .when = s->when,
				   .order = s->order,
				   .late = s->late};
	sub->shown = shown_name(sub->name, sub->account);
	return sub;
}

struct submission *new_submission(struct submissions *all, const struct sent *s)
{
	return one_more(&all->at, &all->nr, s);
}

void add_other(struct submission *sub, const struct sent *s)
{
	one_more(&sub->others, &sub->nr_others, s);
}

void add_part(struct submission *sub, const char *path, const char *as)
{
	sub->parts = realloc(sub->parts, (sub->nr_parts + 1) * sizeof(*sub->parts));
	sub->parts[sub->nr_parts++] = (struct part){copy(path), copy(as)};
}

static void submission_free(struct submission *sub)
{
	for (size_t i = 0; i < sub->nr_parts; i++)
		free(sub->parts[i].path), free(sub->parts[i].as);
	for (size_t i = 0; i < sub->nr_others; i++)
		submission_free(&sub->others[i]);
	free(sub->parts), free(sub->student), free(sub->name), free(sub->account), free(sub->shown);
	free(sub->typed), free(sub->others);
}

void submissions_free(struct submissions *all)
{
	for (size_t i = 0; i < all->nr; i++)
		submission_free(&all->at[i]);
	free(all->at);
}

void add_plain(struct submissions *all, const char *path)
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

		/* What others have handed in as well, is theirs, too; the gradebook chooses. */
		if (last && !strcmp(last->student, sub->student) && !sub->nr_others) {
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

/* Does a file belong to the submission of which `first` is one? Of Blackboard a submission is an
 * attempt, with its time; of Canvas what has a number of its own, unless it is the same file again.
 */
static bool same_attempt(const struct submission *sub, const struct sent *s)
{
	return !strcmp(sub->lms, s->lms) && !strcmp(sub->account, s->account) &&
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

void add_sent(struct submissions *all, struct sent *s, const char *path, size_t first)
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
	if (s->typed && s->beside && !sub->typed)
		sub->typed = copy(base_name(path));
	if (s->beside || (s->as && sent_again(sub, s, path)))
		return;
	add_part(sub, path, s->as && *s->as ? s->as : base_name(path));
}

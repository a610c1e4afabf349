/*
 * job.c: one submission of a class: what is the lab's is collected into the work directory, graded
 * there, by whichever engine, and put into the gradebook.
 */
#include "grade.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG_FILE (4 << 20)

/* A directory name for any student's name, and what he sent. */
static char *safe_name(const struct submission *sub, uint64_t hash)
{
	hash = hash_bytes(hash, sub->student, strlen(sub->student));
	hash = hash_bytes(hash, &sub->order, sizeof(sub->order));
	char *name = text("%.60s-%016llx", sub->student, (unsigned long long)hash);

	for (char *c = name; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *c))
			*c = '_';
	return name;
}

static bool is_long(const char *path)
{
	struct stat st;

	return !stat(path, &st) && st.st_size > LONG_FILE;
}

/* Of what passed, and of what is long, nothing need be kept; nor is there room for it, if each test
 * of a submission leaves as much as it may. */
static void tidy(struct session *s, size_t test)
{
	bool passed = s->results[test].verdict == PASSED;
	char *base = text("%s/%s", s->out, s->lab->tests[test].name);
	char *log = text("%s.int.log", base), *ctf = text("%s.ctf", base);
	char *stream = text("%s/stream", ctf), *console = text("%s.console", base);

	if (passed || is_long(log))
		unlink(log);
	if (passed || is_long(stream))
		remove_tree(ctf);
	if (is_long(console) && truncate(console, LONG_FILE))
		unlink(console);
	free(base), free(log), free(ctf), free(stream), free(console);
}

bool job_grade(struct session *s, const char *results)
{
	char *tmp = text("%s.tmp", results);
	FILE *f;
	bool whole;

	s->progress = tidy;
	session_run(s);
	f = fopen(tmp, "wb");
	whole = f &&
		fwrite(s->results, sizeof(*s->results), s->lab->nr_tests, f) == s->lab->nr_tests &&
		fwrite(&s->built, sizeof(s->built), 1, f) == 1 &&
		fwrite(s->build_log, sizeof(s->build_log), 1, f) == 1;
	whole = f && !fclose(f) && whole && !rename(tmp, results);
	free(tmp), free(s->results);
	return whole;
}

/* All notes of a collection in one line. */
static char *joined(struct list *notes)
{
	char *all = copy("");

	for (size_t i = 0; i < notes->nr; i++) {
		char *more = text("%s%s%s", all, i ? "; " : "", notes->at[i]);

		free(all);
		all = more;
	}
	list_free(notes);
	return all;
}

/* What is no file of the lab, but tells why there is none, or whose it is. */
static void note_what_is_beside(const struct submission *sub, struct list *notes)
{
	char *s = NULL;

	if (sub->typed && !sub->nr_parts)
		s = text("what was handed in is a text entry, not a file: %.200s", sub->typed);
	else if (sub->typed)
		s = text("there is a text entry, too: %.200s", sub->typed);
	else if (!sub->nr_parts)
		s = copy("no file was handed in");
	for (size_t i = 0; i < sub->nr_others; i++) {
		char *more = i ? text("%s, %.200s", s, sub->others[i].shown)
			       : text("handed in together by %.200s, %.200s", sub->shown,
				      sub->others[i].shown);

		free(s);
		s = more;
	}
	if (s) {
		char *clean = clean_name(s);

		list_add(notes, clean);
		free(clean);
	}
	free(s);
}

/* Take what is the lab's, note what is to be noted, and find the place for all that comes of it:
 * one for each version of a submission, so that earlier gradings keep their evidence. */
static void take(struct class *c, struct job *j, const struct submission *sub)
{
	char *incoming = text("%s/incoming", c->work), *safe, *sources;
	struct list notes = {0};

	remove_tree(incoming);
	j->found = collect(c->lab, sub->parts, sub->nr_parts, incoming, &notes, &j->doubts);
	notice(c->lab, c->kit, incoming, &notes);
	note_what_is_beside(sub, &notes);
	if (sub->late && !sub->when)
		list_add(&notes,
			 "late, but it is not known when; counted as one day, unless `tlgrade "
			 "marks` says otherwise");
	j->hash = collected_hash(c->lab, incoming);
	j->notes = joined(&notes);
	if (!j->found) {
		char *all =
		    text("empty: none of the lab's files%s%s", *j->notes ? "; " : "", j->notes);

		free(j->notes);
		j->notes = all;
	}
	safe = safe_name(sub, j->hash);
	j->s.out = text("%s/%s", c->work, safe);
	j->s.sources = sources = text("%s.src", j->s.out);
	remove_tree(sources);
	if (rename(incoming, sources))
		die("cannot make %s: %s", sources, strerror(errno));
	free(incoming), free(safe);
}

static bool is_wanted(const struct class *c, const struct job *j, const struct submission *sub)
{
	enum graded had = book_has(c->book, c->lab, sub, j->hash, c->seed);

	return had == NOT_GRADED || (c->again && (!c->failed || had == GRADED_LESS));
}

static void swap(char **a, char **b)
{
	char *kept = *a;

	*a = *b;
	*b = kept;
}

/* Of a group that one comes first who has had a grading of it already; the others share that. */
static void graded_first(const struct class *c, struct submission *sub, uint64_t hash)
{
	for (size_t i = 0; i < sub->nr_others; i++) {
		struct submission *other = &sub->others[i];

		if (book_has(c->book, c->lab, sub, hash, c->seed) != NOT_GRADED ||
		    book_has(c->book, c->lab, other, hash, c->seed) == NOT_GRADED)
			continue;
		swap(&sub->student, &other->student), swap(&sub->name, &other->name);
		swap(&sub->account, &other->account), swap(&sub->shown, &other->shown);
	}
}

/* Is he in the class more than once, since each submission may be the best? */
static bool is_there_twice(const struct class *c, const struct submission *sub)
{
	int n = 0;

	for (size_t i = 0; i < c->all.nr; i++)
		n += !strcmp(c->all.at[i].student, sub->student);
	return n > 1;
}

/* What is here is in the gradebook already: as of the same time, and is it what counts? */
static void look_back(const struct class *c, const struct job *j, const struct submission *sub,
		      bool graded)
{
	char here[40], there[40];
	enum seen seen;
	time_t other;

	for (size_t i = 0; i < sub->nr_others; i++)
		book_seen(c->book, c->lab, &sub->others[i], sub, j->hash, graded, &other);
	seen = book_seen(c->book, c->lab, sub, sub, j->hash, graded, &other);
	put_time(here, sizeof(here), sub->when);
	put_time(there, sizeof(there), other);
	if (seen == SEEN_COUNTS_AGAIN)
		printf("%s: what was handed in %s is back, and counts again\n", sub->shown, here);
	else if (seen == SEEN_NEW_TIME && !sub->when)
		printf("%s: is %slate, as the platform says now\n", sub->shown,
		       sub->late ? "" : "not ");
	else if (seen == SEEN_NEW_TIME)
		printf("%s: was handed in %s, not %s as the gradebook had it\n", sub->shown, here,
		       there);
	else if (seen == SEEN_LATER && !is_there_twice(c, sub))
		printf("%s: the same was handed in %s already; since the best counts, that does\n",
		       sub->shown, there);
	else if (seen == SEEN_OLDER)
		printf("%s: what is here, handed in %s, is older than what counts, handed in %s\n",
		       sub->shown, here, there);
}

bool job_prepare(struct class *c, struct job *j, size_t number)
{
	struct submission *sub = &c->all.at[number];
	bool wanted;

	*j = (struct job){.number = number,
			  .trouble = no_room(c->work, ROOM_LEFT),
			  .s = {.lab = c->lab,
				.tree = c->kit,
				.bare = c->bare,
				.confined = true,
				.seed = c->seed,
				.jobs = 1}};
	if (j->trouble) {
		job_lost(c, j);
		job_free(j);
		return false;
	}
	take(c, j, sub);
	graded_first(c, sub, j->hash);
	wanted = is_wanted(c, j, sub);
	look_back(c, j, sub, !wanted);
	if (!wanted) {
		c->skipped++;
		book_share(c->book, c->lab, sub, j->hash, c->seed);
		if (access(j->s.out, F_OK))
			remove_tree(j->s.sources);
		job_free(j);
		return false;
	}
	j->s.not_taken = !j->found;
	add_starters(c->lab, c->kit, j->s.sources);
	remove_tree(j->s.out);
	make_dirs(j->s.out);
	j->results = text("%s.results", j->s.out);
	unlink(j->results);
	return true;
}

/* A line for each: and of who is not wholly there, what is not. */
static void tell(const struct class *c, const struct job *j)
{
	const struct submission *sub = &c->all.at[j->number];
	size_t of = c->lab->files.nr, left = c->all.nr - c->done - c->skipped;
	double minutes = (now() - c->start) / 60;
	int days = submission_late(&c->lab->policy, sub);

	printf("[%zu/%zu] ", c->done + c->skipped, c->all.nr);
	printf("%*s", put_cut(sub->shown, 24, stdout) + 1, "");
	if (j->found)
		printf("%3d/%d", session_score(&j->s), c->lab->points);
	else
		printf("  -/%d", c->lab->points);
	printf("  (%.1f a minute, %.0f min left)%s", (double)c->done / minutes,
	       (double)left * minutes / (double)c->done,
	       j->s.built || !j->found ? "" : "  does not build");
	if (days)
		printf("  %d day%s late", days, days > 1 ? "s" : "");
	putchar('\n');
	for (size_t i = 0; i < sub->nr_others; i++)
		printf("      and for %s\n", sub->others[i].shown);
	if (j->found == of && !j->doubts)
		return;
	if (!j->found)
		printf("      nothing could be taken: ");
	else
		printf("      %zu of %zu files taken: ", j->found, of);
	put_cut(j->notes, 300, stdout);
	putchar('\n');
}

bool job_merge(struct class *c, struct job *j)
{
	struct session *s = &j->s;
	FILE *f = fopen(j->results, "rb");
	bool whole;

	s->results = calloc(c->lab->nr_tests, sizeof(*s->results));
	whole = f &&
		fread(s->results, sizeof(*s->results), c->lab->nr_tests, f) == c->lab->nr_tests &&
		fread(&s->built, sizeof(s->built), 1, f) == 1 &&
		fread(s->build_log, sizeof(s->build_log), 1, f) == 1;
	if (f)
		fclose(f);
	for (size_t i = 0; whole && !j->found && i < c->lab->nr_tests; i++)
		if (s->results[i].verdict != UNGRADED)
			not_taken(&s->results[i]);
	free(j->trouble);
	j->trouble = whole && session_trouble(s) ? copy(session_trouble(s)) : NULL;
	whole &= !j->trouble;
	if (whole) {
		c->done++;
		book_store(c->book, s, &c->all.at[j->number], j->hash, j->notes);
		tell(c, j);
	}
	fflush(stdout);
	free(s->results);
	return whole;
}

void job_lost(struct class *c, const struct job *j)
{
	const char *why = j->trouble ? j->trouble : "lost; call again to grade it";

	c->lost++;
	printf("%s: not graded: %.*s\n", c->all.at[j->number].shown, (int)strcspn(why, "\n"), why);
	fflush(stdout);
}

void job_free(struct job *j)
{
	free(j->results), free(j->notes), free(j->name), free(j->trouble);
	free((char *)j->s.out), free((char *)j->s.sources);
	*j = (struct job){0};
}

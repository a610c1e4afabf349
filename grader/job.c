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

/* Take what is the lab's, note what is to be noted, and find the place for all that comes of it:
 * one for each version of a submission, so that earlier gradings keep their evidence. */
static void take(struct class *c, struct job *j, const struct submission *sub)
{
	char *incoming = text("%s/incoming", c->work), *safe, *sources;
	struct list notes = {0};

	remove_tree(incoming);
	j->found = collect(c->lab, sub->parts, sub->nr_parts, incoming, &notes, &j->doubts);
	notice(c->lab, c->kit, incoming, &notes);
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

bool job_prepare(struct class *c, struct job *j, size_t number)
{
	const struct submission *sub = &c->all.at[number];

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
	if (!is_wanted(c, j, sub)) {
		c->skipped++;
		book_again(c->book, c->lab, sub, j->hash, c->seed);
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

	printf("[%zu/%zu] ", c->done + c->skipped, c->all.nr);
	printf("%*s", put_cut(sub->shown, 24, stdout) + 1, "");
	if (j->found)
		printf("%3d/%d", session_score(&j->s), c->lab->points);
	else
		printf("  -/%d", c->lab->points);
	printf("  (%.1f a minute, %.0f min left)%s\n", (double)c->done / minutes,
	       (double)left * minutes / (double)c->done,
	       j->s.built || !j->found ? "" : "  does not build");
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

/* book_read.c: what is in the gradebook: all gradings, which of them counts, and each as it was. */
#include "book_sql.h"

static const char *column(sqlite3_stmt *st, int i)
{
	const char *s = (const char *)sqlite3_column_text(st, i);

	return s ? s : "";
}

static enum verdict verdict_of(const char *name)
{
	for (int v = 0; v < NR_VERDICTS; v++)
		if (!strcmp(verdict_names[v], name))
			return (enum verdict)v;
	return FAILED;
}

static void fill(sqlite3 *db, struct session *s, long long id)
{
	sqlite3_stmt *st = book_prepare(db,
					"SELECT test, verdict, seed, ticks, seconds, why, diagram "
					"FROM result WHERE submission = ?",
					"i", id);

	while (book_step(db, st)) {
		for (size_t i = 0; i < s->lab->nr_tests; i++) {
			struct result *r = &s->results[i];

			if (strcmp(s->lab->tests[i].name, column(st, 0)))
				continue;
			r->done = true;
			r->verdict = verdict_of(column(st, 1));
			r->seed = (unsigned)sqlite3_column_int64(st, 2);
			r->ticks = sqlite3_column_int64(st, 3);
			r->seconds = sqlite3_column_double(st, 4);
			put_text(r->why, sizeof(r->why), "%s", column(st, 5));
			put_text(r->diagram, sizeof(r->diagram), "%s", column(st, 6));
		}
	}
	sqlite3_finalize(st);
}

void book_fill(struct sqlite3 *db, struct session *s, const struct grading *g)
{
	sqlite3_stmt *st = book_prepare(
	    db, "SELECT seed, built, build_log FROM submission WHERE id = ?", "i", g->id);

	if (!book_step(db, st))
		die("gradebook: grading %lld is gone", g->id);
	s->seed = (unsigned)sqlite3_column_int64(st, 0);
	s->built = sqlite3_column_int(st, 1);
	put_text(s->build_log, sizeof(s->build_log), "%s", column(st, 2));
	s->out = g->evidence;
	s->notes = g->notes;
	if (!s->results)
		s->results = calloc(s->lab->nr_tests, sizeof(*s->results));
	memset(s->results, 0, s->lab->nr_tests * sizeof(*s->results));
	for (size_t i = 0; i < s->lab->nr_tests; i++)
		s->results[i].verdict = SKIPPED; /* a test that is newer than the grade */
	sqlite3_finalize(st);
	fill(db, s, g->id);
}

char *sources_of(const char *evidence)
{
	size_t n = strlen(evidence), end = strlen("/evidence");
	bool task = n > end && !strcmp(evidence + n - end, "/evidence"); /* slurm.c's */

	return text("%.*s.src", (int)(task ? n - end : n), evidence);
}

static bool is_kept(const char *evidence)
{
	char *sources = sources_of(evidence);
	bool kept = access(evidence, F_OK) == 0 || access(sources, F_OK) == 0;

	free(sources);
	return kept;
}

/* The book says where evidence was when it was graded. Since then the book may have been moved, and
 * its .work with it; where it was, another class's may be by now. */
static char *evidence_now(sqlite3 *db, const struct lab *lab, const char *stored)
{
	char *folder = text("/%s/", lab->name), *moved;
	const char *below = NULL;

	for (const char *s = stored; (s = strstr(s, folder)); s++)
		below = s;
	free(folder);
	if (!below)
		return copy(stored);
	moved = text("%s.work%s", sqlite3_db_filename(db, NULL), below);
	if (is_kept(moved))
		return moved;
	free(moved);
	return copy(stored);
}

struct gradings book_gradings(struct sqlite3 *db, const struct lab *lab)
{
	struct gradings all = {0};
	sqlite3_stmt *st =
	    book_prepare(db,
			 "SELECT id, s.student, name, account, lms, notes, evidence, hash, "
			 "submitted, graded, score, late, taken, coalesce(answers, -1), "
			 "coalesce(days, -1) FROM submission s LEFT JOIN mark m ON m.student = "
			 "s.student AND m.lab = s.lab WHERE s.lab = ? ORDER BY s.student, id",
			 "s", lab->name);

	while (book_step(db, st)) {
		all.at = realloc(all.at, (all.nr + 1) * sizeof(*all.at));
		all.at[all.nr] = (struct grading){.id = sqlite3_column_int64(st, 0),
						  .student = copy(column(st, 1)),
						  .name = copy(column(st, 2)),
						  .account = copy(column(st, 3)),
						  .lms = copy(column(st, 4)),
						  .notes = copy(column(st, 5)),
						  .evidence = evidence_now(db, lab, column(st, 6)),
						  .hash = strtoull(column(st, 7), NULL, 16),
						  .when = (time_t)sqlite3_column_int64(st, 8),
						  .graded = (time_t)sqlite3_column_int64(st, 9),
						  .score = sqlite3_column_int(st, 10),
						  .late = sqlite3_column_int(st, 11),
						  .taken = sqlite3_column_int(st, 12),
						  .answers = sqlite3_column_int(st, 13),
						  .given_days = sqlite3_column_int(st, 14)};
		reckon(&lab->policy, &all.at[all.nr++]);
	}
	sqlite3_finalize(st);
	choose_gradings(&lab->policy, &all);
	return all;
}

void gradings_free(struct gradings *all)
{
	for (size_t i = 0; i < all->nr; i++) {
		struct grading *g = &all->at[i];

		free(g->student), free(g->name), free(g->account), free(g->lms), free(g->notes),
		    free(g->evidence);
	}
	free(all->at);
}

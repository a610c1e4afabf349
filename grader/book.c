/* book.c: the gradebook, an SQLite file: who handed in what, and what came of each test. */
#include "grade.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Version 1 kept one grading of each student. */
#define VERSION 2
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS class(lab TEXT PRIMARY KEY, seed INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS submission(id INTEGER PRIMARY KEY, student TEXT NOT NULL,"
    " lab TEXT NOT NULL, version TEXT, hash TEXT, seed INTEGER, score INTEGER, points INTEGER,"
    " built INTEGER, build_log TEXT, notes TEXT, evidence TEXT, name TEXT, account TEXT, lms TEXT,"
    " submitted INTEGER, late INTEGER, taken INTEGER, graded INTEGER);"
    "CREATE INDEX IF NOT EXISTS whose ON submission(lab, student);"
    "CREATE TABLE IF NOT EXISTS result(submission INTEGER NOT NULL REFERENCES submission(id),"
    " test TEXT NOT NULL, stage TEXT, verdict TEXT, score INTEGER, points INTEGER, seed INTEGER,"
    " ticks INTEGER, seconds REAL, why TEXT, diagram TEXT, PRIMARY KEY(submission, test));"
    "CREATE TABLE IF NOT EXISTS mark(student TEXT, lab TEXT, answers INTEGER, days INTEGER,"
    " PRIMARY KEY(student, lab));"
    "PRAGMA user_version = 2;";
static const char upgrade[] =
    "ALTER TABLE submission RENAME TO old;"
    "CREATE TABLE submission(id INTEGER PRIMARY KEY, student TEXT NOT NULL,"
    " lab TEXT NOT NULL, version TEXT, hash TEXT, seed INTEGER, score INTEGER, points INTEGER,"
    " built INTEGER, build_log TEXT, notes TEXT, evidence TEXT, name TEXT, account TEXT, lms TEXT,"
    " submitted INTEGER, late INTEGER, taken INTEGER, graded INTEGER);"
    "INSERT INTO submission SELECT id, student, lab, version, hash, seed, score, points, built,"
    " build_log, notes, evidence, student, '', '', 0, 0, 1, 0 FROM old; DROP TABLE old;";

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("gradebook %s: %s", sqlite3_db_filename(db, NULL), sqlite3_errmsg(db));
}

static long long number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;
	long long n = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		die("gradebook %s: %s", sqlite3_db_filename(db, NULL), sqlite3_errmsg(db));
	if (sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void make_tables(sqlite3 *db, const char *path)
{
	long long version;

	run(db, "BEGIN IMMEDIATE");
	version = number(db, "PRAGMA user_version");
	if (version > VERSION)
		die("the gradebook %s was made by a newer tlgrade", path);
	if (version < VERSION) {
		if (number(db, "SELECT count(*) FROM sqlite_master WHERE name = 'submission'"))
			run(db, upgrade);
		run(db, schema);
	}
	run(db, "COMMIT");
}

struct sqlite3 *book_open(const char *path, bool make)
{
	int create = make ? SQLITE_OPEN_CREATE : 0;
	sqlite3 *db;

	if (!make && access(path, F_OK))
		die("no gradebook %s: tlgrade batch makes one", path);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | create, NULL) != SQLITE_OK)
		die("cannot open the gradebook %s", path);
	sqlite3_busy_timeout(db, 30000);
	make_tables(db, path);
	return db;
}

void book_close(struct sqlite3 *db)
{
	sqlite3_close(db);
}

/* `types`: s text, i integer, d double, h a hash. */
static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	char hash[20];
	va_list ap;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		die("gradebook %s: %s", sqlite3_db_filename(db, NULL), sqlite3_errmsg(db));
	va_start(ap, types);
	for (int i = 1; *types; types++, i++) {
		switch (*types) {
		case 's':
			sqlite3_bind_text(st, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
			break;
		case 'i':
			sqlite3_bind_int64(st, i, va_arg(ap, long long));
			break;
		case 'd':
			sqlite3_bind_double(st, i, va_arg(ap, double));
			break;
		default:
			put_text(hash, sizeof(hash), "%016llx",
				 (unsigned long long)va_arg(ap, uint64_t));
			sqlite3_bind_text(st, i, hash, -1, SQLITE_TRANSIENT);
		}
	}
	va_end(ap);
	return st;
}

static bool step(sqlite3 *db, sqlite3_stmt *st)
{
	int status = sqlite3_step(st);

	if (status != SQLITE_ROW && status != SQLITE_DONE)
		die("gradebook %s: %s", sqlite3_db_filename(db, NULL), sqlite3_errmsg(db));
	return status == SQLITE_ROW;
}

static void once(sqlite3 *db, sqlite3_stmt *st)
{
	step(db, st);
	sqlite3_finalize(st);
}

unsigned book_seed(struct sqlite3 *db, const struct lab *lab, unsigned wanted)
{
	sqlite3_stmt *st;
	unsigned seed = wanted;

	once(db, prepare(db, "INSERT OR IGNORE INTO class VALUES(?, ?)", "si", lab->name,
			 (long long)wanted));
	st = prepare(db, "SELECT seed FROM class WHERE lab = ?", "s", lab->name);
	if (step(db, st))
		seed = (unsigned)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return seed;
}

enum graded book_has(struct sqlite3 *db, const struct lab *lab, const struct submission *sub,
		     uint64_t hash, unsigned seed)
{
	sqlite3_stmt *st = prepare(
	    db,
	    "SELECT a.score < a.points FROM submission a WHERE a.student = ?1 AND a.lab = ?2 AND "
	    "a.version = ?3 AND a.hash = ?4 AND a.seed = ?5 ORDER BY a.id DESC LIMIT 1",
	    "sshhi", sub->student, lab->name, lab->version, hash, (long long)seed);
	enum graded had = NOT_GRADED;

	if (step(db, st))
		had = sqlite3_column_int(st, 0) ? GRADED_LESS : GRADED;
	sqlite3_finalize(st);
	return had;
}

/* The grading of one that was handed in once more, after another; 0 if none. Of what has the same
 * time, or none, what was graded later is the later one. */
static long long sent_again(sqlite3 *db, const struct lab *lab, const struct submission *sub,
			    uint64_t hash, unsigned seed)
{
	sqlite3_stmt *st = prepare(
	    db,
	    "SELECT a.id, EXISTS (SELECT 1 FROM submission b WHERE b.student = ?1 AND b.lab = ?2 "
	    "AND b.hash != ?4 AND (b.submitted, b.id) > (a.submitted, a.id) AND b.submitted <= ?6) "
	    "FROM submission a WHERE a.student = ?1 AND a.lab = ?2 AND a.version = ?3 AND "
	    "a.hash = ?4 AND a.seed = ?5 ORDER BY a.submitted DESC, a.id DESC LIMIT 1",
	    "sshhii", sub->student, lab->name, lab->version, hash, (long long)seed,
	    (long long)sub->when);
	long long id = 0;

	if (step(db, st) && sqlite3_column_int(st, 1))
		id = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return id;
}

void book_again(struct sqlite3 *db, const struct lab *lab, const struct submission *sub,
		uint64_t hash, unsigned seed)
{
	long long id = lab->policy.best ? 0 : sent_again(db, lab, sub, hash, seed), again;

	if (!id)
		return;
	run(db, "BEGIN IMMEDIATE");
	once(db, prepare(db,
			 "INSERT INTO submission SELECT NULL, student, lab, version, hash, seed, "
			 "score, points, built, build_log, notes, evidence, name, account, lms, "
			 "?, ?, taken, graded FROM submission WHERE id = ?",
			 "iii", (long long)sub->when, (long long)sub->late, id));
	again = sqlite3_last_insert_rowid(db);
	once(db, prepare(db,
			 "INSERT INTO result SELECT ?, test, stage, verdict, score, points, seed, "
			 "ticks, seconds, why, diagram FROM result WHERE submission = ?",
			 "ii", again, id));
	run(db, "COMMIT");
}

void book_store(struct sqlite3 *db, const struct session *s, const struct submission *sub,
		uint64_t hash, const char *notes)
{
	bool taken = s->results[0].verdict != NOT_TAKEN;
	long long id;

	run(db, "BEGIN IMMEDIATE");
	once(
	    db,
	    prepare(db,
		    "INSERT INTO submission VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		    "?, ?, ?, ?)",
		    "sshhiiiissssssiiii", sub->student, s->lab->name, s->lab->version, hash,
		    (long long)s->seed, (long long)session_score(s), (long long)s->lab->points,
		    (long long)s->built, s->built ? "" : s->build_log, notes, s->out, sub->name,
		    sub->account, sub->lms, (long long)sub->when, (long long)sub->late,
		    (long long)taken, (long long)time(NULL)));
	id = sqlite3_last_insert_rowid(db);
	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		const struct test *t = &s->lab->tests[i];
		const struct result *r = &s->results[i];

		once(db,
		     prepare(db, "INSERT INTO result VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			     "isssiiiidss", id, t->name, t->stage->id, verdict_names[r->verdict],
			     (long long)session_points(s, i), (long long)t->points,
			     (long long)r->seed, r->ticks, r->seconds, r->why, r->diagram));
	}
	run(db, "COMMIT");
}

void book_marks_begin(struct sqlite3 *db)
{
	run(db, "BEGIN IMMEDIATE");
}

void book_marks_end(struct sqlite3 *db)
{
	run(db, "COMMIT");
}

void book_mark(struct sqlite3 *db, const struct lab *lab, const char *student, int answers,
	       int days)
{
	once(db, prepare(db, "INSERT OR IGNORE INTO mark VALUES(?, ?, -1, -1)", "ss", student,
			 lab->name));
	if (answers >= 0)
		once(db, prepare(db, "UPDATE mark SET answers = ? WHERE student = ? AND lab = ?",
				 "iss", (long long)answers, student, lab->name));
	if (days >= 0)
		once(db, prepare(db, "UPDATE mark SET days = ? WHERE student = ? AND lab = ?",
				 "iss", (long long)days, student, lab->name));
}

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
	sqlite3_stmt *st = prepare(db,
				   "SELECT test, verdict, seed, ticks, seconds, why, diagram "
				   "FROM result WHERE submission = ?",
				   "i", id);

	while (step(db, st)) {
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
	sqlite3_stmt *st =
	    prepare(db, "SELECT seed, built, build_log FROM submission WHERE id = ?", "i", g->id);

	if (!step(db, st))
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
	    prepare(db,
		    "SELECT id, s.student, name, account, lms, notes, evidence, hash, "
		    "submitted, graded, score, late, taken, coalesce(answers, -1), "
		    "coalesce(days, -1) FROM submission s LEFT JOIN mark m ON m.student = "
		    "s.student AND m.lab = s.lab WHERE s.lab = ? ORDER BY s.student, id",
		    "s", lab->name);

	while (step(db, st)) {
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

char *default_book(void)
{
	return text("%s/build/gradebook.db", home());
}

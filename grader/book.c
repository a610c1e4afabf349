/* book.c: the gradebook, an SQLite file: who handed in what, and what came of each test. */
#include "grade.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS class(lab TEXT PRIMARY KEY, seed INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS submission(id INTEGER PRIMARY KEY, student TEXT NOT NULL,"
    " lab TEXT NOT NULL, version TEXT, hash TEXT, seed INTEGER, score INTEGER, points INTEGER,"
    " built INTEGER, build_log TEXT, notes TEXT, evidence TEXT, UNIQUE(student, lab));"
    "CREATE TABLE IF NOT EXISTS result(submission INTEGER NOT NULL REFERENCES submission(id),"
    " test TEXT NOT NULL, stage TEXT, verdict TEXT, score INTEGER, points INTEGER, seed INTEGER,"
    " ticks INTEGER, seconds REAL, why TEXT, diagram TEXT, PRIMARY KEY(submission, test));";

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("gradebook: %s", sqlite3_errmsg(db));
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
	if (make)
		run(db, schema);
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
		die("gradebook: %s", sqlite3_errmsg(db));
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
		die("gradebook: %s", sqlite3_errmsg(db));
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

bool book_has(struct sqlite3 *db, const struct lab *lab, const char *student, uint64_t hash,
	      unsigned seed)
{
	sqlite3_stmt *st =
	    prepare(db,
		    "SELECT 1 FROM submission WHERE student = ? AND lab = ? AND "
		    "version = ? AND hash = ? AND seed = ?",
		    "sshhi", student, lab->name, lab->version, hash, (long long)seed);
	bool found = step(db, st);

	sqlite3_finalize(st);
	return found;
}

void book_store(struct sqlite3 *db, const struct session *s, const char *student, uint64_t hash,
		const char *notes)
{
	long long id;

	run(db, "BEGIN IMMEDIATE");
	once(db, prepare(db,
			 "DELETE FROM result WHERE submission IN "
			 "(SELECT id FROM submission WHERE student = ? AND lab = ?)",
			 "ss", student, s->lab->name));
	once(db, prepare(db, "DELETE FROM submission WHERE student = ? AND lab = ?", "ss", student,
			 s->lab->name));
	once(db, prepare(db, "INSERT INTO submission VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			 "sshhiiiisss", student, s->lab->name, s->lab->version, hash,
			 (long long)s->seed, (long long)session_score(s), (long long)s->lab->points,
			 (long long)s->built, s->built ? "" : s->build_log, notes, s->out));
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

bool book_next(struct sqlite3 *db, struct session *s, long long *row, struct book_row *out)
{
	sqlite3_stmt *st =
	    prepare(db,
		    "SELECT id, student, seed, built, build_log, notes, evidence, score "
		    "FROM submission WHERE lab = ? ORDER BY student LIMIT 1 OFFSET ?",
		    "si", s->lab->name, (*row)++);
	bool found = step(db, st);

	if (found) {
		*out = (struct book_row){.student = copy(column(st, 1)),
					 .notes = copy(column(st, 5)),
					 .evidence = copy(column(st, 6)),
					 .score = sqlite3_column_int(st, 7)};
		s->seed = (unsigned)sqlite3_column_int64(st, 2);
		s->built = sqlite3_column_int(st, 3);
		s->out = out->evidence;
		put_text(s->build_log, sizeof(s->build_log), "%s", column(st, 4));
		memset(s->results, 0, s->lab->nr_tests * sizeof(*s->results));
		for (size_t i = 0; i < s->lab->nr_tests; i++)
			s->results[i].verdict = SKIPPED; /* a test that is newer than the grade */
		fill(db, s, sqlite3_column_int64(st, 0));
	}
	sqlite3_finalize(st);
	return found;
}

void book_row_free(struct book_row *r)
{
	free(r->student), free(r->notes), free(r->evidence);
}

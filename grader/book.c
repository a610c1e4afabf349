/* book.c: the gradebook, an SQLite file: who handed in what, and what came of each test; what a
 * person gives. */
#include "book_sql.h"

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

void book_run(sqlite3 *db, const char *sql)
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

	book_run(db, "BEGIN IMMEDIATE");
	version = number(db, "PRAGMA user_version");
	if (version > VERSION)
		die("the gradebook %s was made by a newer tlgrade", path);
	if (version < VERSION) {
		if (number(db, "SELECT count(*) FROM sqlite_master WHERE name = 'submission'"))
			book_run(db, upgrade);
		book_run(db, schema);
	}
	book_run(db, "COMMIT");
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

sqlite3_stmt *book_prepare(sqlite3 *db, const char *sql, const char *types, ...)
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

bool book_step(sqlite3 *db, sqlite3_stmt *st)
{
	int status = sqlite3_step(st);

	if (status != SQLITE_ROW && status != SQLITE_DONE)
		die("gradebook %s: %s", sqlite3_db_filename(db, NULL), sqlite3_errmsg(db));
	return status == SQLITE_ROW;
}

void book_once(sqlite3 *db, sqlite3_stmt *st)
{
	book_step(db, st);
	sqlite3_finalize(st);
}

unsigned book_seed(struct sqlite3 *db, const struct lab *lab, unsigned wanted)
{
	sqlite3_stmt *st;
	unsigned seed = wanted;

	book_once(db, book_prepare(db, "INSERT OR IGNORE INTO class VALUES(?, ?)", "si", lab->name,
				   (long long)wanted));
	st = book_prepare(db, "SELECT seed FROM class WHERE lab = ?", "s", lab->name);
	if (book_step(db, st))
		seed = (unsigned)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return seed;
}

static void store(sqlite3 *db, const struct session *s, const struct submission *whose,
		  const struct submission *sub, uint64_t hash, const char *notes)
{
	bool taken = s->results[0].verdict != NOT_TAKEN;
	long long id;

	book_once(
	    db, book_prepare(
		    db,
		    "INSERT INTO submission VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		    "?, ?, ?, ?)",
		    "sshhiiiissssssiiii", whose->student, s->lab->name, s->lab->version, hash,
		    (long long)s->seed, (long long)session_score(s), (long long)s->lab->points,
		    (long long)s->built, s->built ? "" : s->build_log, notes, s->out, whose->name,
		    whose->account, sub->lms, (long long)sub->when, (long long)sub->late,
		    (long long)taken, (long long)time(NULL)));
	id = sqlite3_last_insert_rowid(db);
	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		const struct test *t = &s->lab->tests[i];
		const struct result *r = &s->results[i];

		book_once(db,
			  book_prepare(
			      db, "INSERT INTO result VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			      "isssiiiidss", id, t->name, t->stage->id, verdict_names[r->verdict],
			      (long long)session_points(s, i), (long long)t->points,
			      (long long)r->seed, r->ticks, r->seconds, r->why, r->diagram));
	}
}

void book_store(struct sqlite3 *db, const struct session *s, const struct submission *sub,
		uint64_t hash, const char *notes)
{
	book_run(db, "BEGIN IMMEDIATE");
	store(db, s, sub, sub, hash, notes);
	for (size_t i = 0; i < sub->nr_others; i++)
		store(db, s, &sub->others[i], sub, hash, notes);
	book_run(db, "COMMIT");
}

void book_marks_begin(struct sqlite3 *db)
{
	book_run(db, "BEGIN IMMEDIATE");
}

void book_marks_end(struct sqlite3 *db)
{
	book_run(db, "COMMIT");
}

void book_mark(struct sqlite3 *db, const struct lab *lab, const char *student, int answers,
	       int days)
{
	book_once(db, book_prepare(db, "INSERT OR IGNORE INTO mark VALUES(?, ?, -1, -1)", "ss",
				   student, lab->name));
	if (answers >= 0)
		book_once(db, book_prepare(
				  db, "UPDATE mark SET answers = ? WHERE student = ? AND lab = ?",
				  "iss", (long long)answers, student, lab->name));
	if (days >= 0)
		book_once(db,
			  book_prepare(db, "UPDATE mark SET days = ? WHERE student = ? AND lab = ?",
				       "iss", (long long)days, student, lab->name));
}

char *default_book(void)
{
	return text("%s/build/gradebook.db", home());
}

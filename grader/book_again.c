/*
 * book_again.c: what the gradebook has already of a submission that is there once more. Of what is
 * not graded anew, it is noted that it counts again, when it was handed in, or who else has handed
 * it in.
 */
#include "book_sql.h"

enum graded book_has(struct sqlite3 *db, const struct lab *lab, const struct submission *sub,
		     uint64_t hash, unsigned seed)
{
	sqlite3_stmt *st = book_prepare(
	    db,
	    "SELECT a.score < a.points FROM submission a WHERE a.student = ?1 AND a.lab = ?2 AND "
	    "a.version = ?3 AND a.hash = ?4 AND a.seed = ?5 ORDER BY a.id DESC LIMIT 1",
	    "sshhi", sub->student, lab->name, lab->version, hash, (long long)seed);
	enum graded had = NOT_GRADED;

	if (book_step(db, st))
		had = sqlite3_column_int(st, 0) ? GRADED_LESS : GRADED;
	sqlite3_finalize(st);
	return had;
}

/* That grading once more, as whose and as of when `sub` says. */
static void copy_grading(sqlite3 *db, long long id, const struct submission *whose,
			 const struct submission *sub)
{
	long long again;

	book_run(db, "BEGIN IMMEDIATE");
	book_once(db,
		  book_prepare(db,
			       "INSERT INTO submission SELECT NULL, ?, lab, version, hash, seed, "
			       "score, points, built, build_log, notes, evidence, ?, ?, ?, "
			       "?, ?, taken, graded FROM submission WHERE id = ?",
			       "ssssiii", whose->student, whose->name, whose->account, sub->lms,
			       (long long)sub->when, (long long)sub->late, id));
	again = sqlite3_last_insert_rowid(db);
	book_once(
	    db, book_prepare(db,
			     "INSERT INTO result SELECT ?, test, stage, verdict, score, points, "
			     "seed, ticks, seconds, why, diagram FROM result WHERE submission = ?",
			     "ii", again, id));
	book_run(db, "COMMIT");
}

void book_share(struct sqlite3 *db, const struct lab *lab, const struct submission *sub,
		uint64_t hash, unsigned seed)
{
	for (size_t i = 0; i < sub->nr_others; i++) {
		sqlite3_stmt *st;
		long long id = 0;

		if (book_has(db, lab, &sub->others[i], hash, seed) != NOT_GRADED)
			continue;
		st = book_prepare(db,
				  "SELECT id FROM submission WHERE student = ? AND lab = ? AND "
				  "version = ? AND hash = ? AND seed = ? ORDER BY id DESC LIMIT 1",
				  "sshhi", sub->student, lab->name, lab->version, hash,
				  (long long)seed);
		if (book_step(db, st))
			id = sqlite3_column_int64(st, 0);
		sqlite3_finalize(st);
		if (id)
			copy_grading(db, id, &sub->others[i], sub);
	}
}

/* Of the gradings of one work the last, or the first if the best counts; and the last of another
 * work of the same student that was handed in later. 0 if none. */
struct last {
	long long id, when, late;
	long long other, other_when;
};

/*
 * Which of two was handed in last, their times tell, or if those are the same, which was graded
 * last. Only what is in Gradescope's export is what counts there, though it be the older one: so of
 * two that came from there the one that was seen last.
 */
static struct last last_of(sqlite3 *db, const struct lab *lab, const struct submission *whose,
			   uint64_t hash)
{
	struct last l = {.id = 0};
	sqlite3_stmt *st = book_prepare(
	    db,
	    "SELECT id, submitted, late, lms = 'gradescope' FROM submission WHERE student = ?1 AND "
	    "lab "
	    "= ?2 AND hash = ?3 ORDER BY CASE WHEN ?4 THEN submitted END, id DESC LIMIT 1",
	    "sshi", whose->student, lab->name, hash, (long long)lab->policy.best);
	bool seen = false;

	if (book_step(db, st)) {
		l.id = sqlite3_column_int64(st, 0);
		l.when = sqlite3_column_int64(st, 1);
		l.late = sqlite3_column_int64(st, 2);
		seen = sqlite3_column_int(st, 3);
	}
	sqlite3_finalize(st);
	st = book_prepare(
	    db,
	    "SELECT id, submitted FROM submission WHERE student = ?1 AND lab = ?2 AND hash "
	    "!= ?3 AND CASE WHEN ?4 AND lms = 'gradescope' THEN id > ?5 ELSE (submitted, "
	    "id) > (?6, ?5) END ORDER BY submitted DESC, id DESC LIMIT 1",
	    "sshiii", whose->student, lab->name, hash, (long long)seen, l.id, l.when);
	if (l.id && book_step(db, st)) {
		l.other = sqlite3_column_int64(st, 0);
		l.other_when = sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	return l;
}

/* Is it there as of another time (< 0: earlier) than in the gradebook? */
static int against(const struct submission *sub, const struct last *l)
{
	if (!l->id)
		return 0;
	return sub->when != l->when ? (sub->when > l->when ? 1 : -1) : sub->late - (int)l->late;
}

enum seen book_seen(struct sqlite3 *db, const struct lab *lab, const struct submission *whose,
		    const struct submission *sub, uint64_t hash, bool graded, time_t *other)
{
	struct last l = last_of(db, lab, whose, hash);
	bool active = !strcmp(sub->lms, "gradescope");
	int later = against(sub, &l);

	*other = (time_t)l.when;
	if (graded && l.other && !lab->policy.best && (active || sub->when >= l.other_when)) {
		copy_grading(db, l.id, whose, sub);
		return SEEN_COUNTS_AGAIN;
	}
	/* If the best counts, what is sent once more, as it was, has been there before. */
	if (later > 0 && lab->policy.best)
		return SEEN_LATER;
	if (later) {
		/* Also of what an earlier version of the lab has made of it. */
		book_once(db, book_prepare(
				  db,
				  "UPDATE submission SET submitted = ?, late = ? WHERE student = ? "
				  "AND lab = ? AND hash = ? AND submitted = ?",
				  "iisshi", (long long)sub->when, (long long)sub->late,
				  whose->student, lab->name, hash, l.when));
		return SEEN_NEW_TIME;
	}
	*other = (time_t)l.other_when;
	return l.other && graded && !lab->policy.best ? SEEN_OLDER : SEEN_AS_BEFORE;
}

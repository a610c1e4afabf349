/* gradebook.h: who handed in what, and what came of it; what is told of a class. */
#ifndef GRADEBOOK_H
#define GRADEBOOK_H

#include "class.h"
#include "session.h"

/* book.c: the gradebook. Every grading stays in it. */
struct sqlite3;
struct grading {
	long long id;
	char *student, *name, *account, *lms; /* as struct submission's */
	char *notes, *evidence;
	uint64_t hash;
	time_t when, graded;
	int score;	/* of the tests */
	bool late;	/* the platform says so, but not when */
	bool taken;	/* false: there was nothing to grade */
	int answers;	/* of answers.md; -1: not marked */
	int given_days; /* late, as a person said; -1: nobody did */
	int days, cost; /* late, and what that costs */
	int total;	/* what is left, and the answers */
	bool counts;	/* of the student's this one */
};
struct gradings {
	struct grading *at;
	size_t nr;
};
/** late.c: what late days cost, and what is left. */
void reckon(const struct policy *p, struct grading *g);
/** Of each student's one counts. */
void choose_gradings(const struct policy *p, struct gradings *all);
/** Dies if it is not there and not to be made. */
struct sqlite3 *book_open(const char *path, bool make);
void book_store(struct sqlite3 *db, const struct session *s, const struct submission *sub,
		uint64_t hash, const char *notes);
/** Is the same submission graded already, with this seed and lab version? */
enum graded { NOT_GRADED, GRADED, GRADED_LESS /* than all points */ };
enum graded book_has(struct sqlite3 *db, const struct lab *lab, const struct submission *sub,
		     uint64_t hash, unsigned seed);
/** Of a group whose submission is graded already for `sub`, it is so for the others. */
void book_share(struct sqlite3 *db, const struct lab *lab, const struct submission *sub,
		uint64_t hash, unsigned seed);
/** What is in the book already of `whose` is there once more, as `sub` says; `graded`: and will not
 * be graded anew. By that it may count again after another, or have been handed in at another time.
 * @return what was noted; `other`: the time that the book had, or of the later one */
enum seen {
	SEEN_AS_BEFORE,
	SEEN_NEW_TIME,
	SEEN_COUNTS_AGAIN,
	SEEN_LATER, /* not noted: of one work the first time counts, if the best does */
	SEEN_OLDER  /* not noted: another, later one counts */
};
enum seen book_seen(struct sqlite3 *db, const struct lab *lab, const struct submission *whose,
		    const struct submission *sub, uint64_t hash, bool graded, time_t *other);
/** All gradings of a lab, by student and in their order; by the lab's policy, one of each student's
 * counts. */
struct gradings book_gradings(struct sqlite3 *db, const struct lab *lab);
/** A session as that grading left it; `s->results` is allocated. */
void book_fill(struct sqlite3 *db, struct session *s, const struct grading *g);
/** Between these what is marked is marked wholly, or not at all. */
void book_marks_begin(struct sqlite3 *db);
void book_marks_end(struct sqlite3 *db);
/** What a person gave; -1 leaves what is there. */
void book_mark(struct sqlite3 *db, const struct lab *lab, const char *student, int answers,
	       int days);
void gradings_free(struct gradings *all);
/** Where the files are that were handed in: beside the evidence; to be freed. */
char *sources_of(const char *evidence);
void book_close(struct sqlite3 *db);
/** The seed of a class: the one that the book has, else `wanted`. */
unsigned book_seed(struct sqlite3 *db, const struct lab *lab, unsigned wanted);
/** build/gradebook.db of home(). */
char *default_book(void);

/* report_csv.c */
int stage_points(const struct session *s, const struct stage *stage);
/** A cell in quotes that no spreadsheet takes for a formula. */
void csv_field(const char *s, FILE *f);
void report_csv_head(const struct lab *lab, FILE *f);
void report_csv(const struct session *s, const struct grading *g, FILE *f);
/** What the gradebook of "canvas", "moodle" or "blackboard" takes; `column`: its name there, or
 * NULL. */
void report_gradebook(const struct lab *lab, const struct gradings *all, const char *lms,
		      const char *column, FILE *f);
/* report_html.c: one page of all, which needs nothing else. */
void report_html(struct sqlite3 *db, const struct lab *lab, const struct gradings *all,
		 const char *kit, FILE *f);

/* copies.c: who has written the same. */
struct pair {
	size_t a, b; /* of the gradings */
	int percent; /* that the smaller one's fingerprints have in common with the other's */
	bool equal;  /* word for word, but for comments and layout */
};
struct copies {
	struct pair *at; /* most alike first */
	size_t nr;
	struct work *works; /* as the gradings */
	size_t nr_works;
	bool looked; /* false: there is no starter to tell what is everybody's */
	size_t read; /* of so many what was handed in is there, */
	size_t gone; /* and of so many it is not */
};
/** Pairs of at least `percent` among the gradings that count. `tree`: kit or tree with the starter.
 */
struct copies copies_find(const struct lab *lab, const char *tree, const struct gradings *all,
			  int percent);
/** The lines that student `which` of a pair has written, of all files: [[file, line, text,
 * common]...]
 */
json_t *copies_lines(const struct copies *c, const struct pair *p, size_t which);
void copies_free(struct copies *c);
/** Dies, and says of how many, if what was handed in is not there. */
void copies_all_read(const struct copies *c);
#define COPIES_PERCENT 40 /* unless somebody asks for another threshold */

#endif

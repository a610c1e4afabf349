/*
 * grade.h: tlgrade's parts among themselves.
 *
 * A lab (conf.c) has stages and tests. A session grades one submission: it builds a hypervisor
 * (build.c), runs each test in an emulator (command.c, run.c) and judges what came of it from
 * outside (judge.c): the emulator's log, and what it confirms of the trace and the console. No word
 * of the student's own code is a verdict.
 */
#ifndef GRADE_H
#define GRADE_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

/* text.c */

/** A list of strings, each on the heap. */
struct list {
	char **at;
	size_t nr;
};
void list_add(struct list *l, const char *s);
void list_split(struct list *l, const char *words);
bool list_has(const struct list *l, const char *s);
void list_free(struct list *l);
/** A printf that allocates. */
char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *copy(const char *s);
/** Without white space at its ends; `s` is cut. */
char *trim(char *s);
/** Stop with status 2. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/** What a student's program printed, for a terminal or a report: only ASCII, and no control
 * characters but tabs and line ends; '?' for the others. */
void clean_text(char *s, size_t n);
/** A whole file, at most `max` bytes of it, or NULL; cleaned if `clean`. */
char *read_file(const char *path, size_t max, bool clean);
/** The last `max` bytes of a file, or all, cleaned; or NULL. */
char *read_end(const char *path, size_t max);
bool write_file(const char *path, const void *bytes, size_t n);
/** NULL, or why not all that was printed there has been written. */
const char *not_written_whole(FILE *f);
/** Close a file that was written; if not all of it is there, remove it and die. */
void close_written(FILE *f, const char *path);
/** mkdir -p, or die. */
void make_dirs(const char *path);
/** rm -rf. */
void remove_tree(const char *path);
/** Room below which nothing is graded, and what a job needs that writes all that it may. */
#define ROOM_LEFT (64ll << 20)
#define ROOM_JOB  (1ll << 30)
/** NULL, or what to say if there is less `room`, in bytes, where `dir` is. */
char *no_room(const char *dir, long long room);
/** 64 bits of FNV-1a; start with HASH_START. */
#define HASH_START 14695981039346656037ull
uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n);
uint64_t hash_file(uint64_t h, const char *path);
const char *base_name(const char *path);
/** A whole number from 0 to `max`: digits, and nothing else. @return false if it is none */
bool whole(const char *s, int max, int *n);
/** Copy into a fixed buffer, cut if need be. */
void put_text(char *to, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
double now(void);

/* names.c */

/** A name that a student chose, in one line of a terminal: ASCII, and letters of any script; '?'
 * for the others. */
char *clean_name(const char *s);
/** With each letter and its marks as one character, as all but a Mac write them. */
char *composed(const char *s);
/** Name and id, for a terminal; to be freed. Two may have one name; who has no id has only that. */
char *shown_name(const char *name, const char *account);
/** As much of it as there are columns for. @return how many are left */
int put_cut(const char *shown, int columns, FILE *f);
/** Is it an archive, by the end of its name? */
bool is_archive(const char *name);
/** home/alice.tar.gz -> alice; to be freed. */
char *student_name(const char *path);

/* conf.c */

struct stage {
	char *id, *title, *todo, *read;
	struct list needs;
};
struct test {
	char *name, *title, *run, *expect;
	char *same; /* lines that must be as on the bare machine: an extended regular expression */
	char *program; /* takes tools/run's words, and says by its status whether all is right */
	const struct stage *stage;
	struct list needs; /* stages: its own stage's needs as well */
	struct list let, console, said;
	struct list hints; /* "/ERE/ TEXT": for a failure that is told like that; TEXT: for any */
	long long ticks;   /* budget in guest instructions; 0: none */
	int number;	   /* its place in lab.conf */
	int points;
	int alone;     /* points if a stage that it needs has not passed */
	int exit;      /* code with which the machine should end */
	int seeds;     /* runs, each with a seed of its own */
	bool bochs;    /* runs in Bochs, which checks segment limits; else in QEMU */
	bool untraced; /* TRACE=off: there is no trace to judge by */
};
/* late.c: what counts, and what being late costs. */
struct policy {
	time_t due;	  /* 0: never */
	int grace;	  /* minutes */
	int free_days;	  /* that cost nothing */
	int points_a_day; /* that each further day costs */
	int last_day;	  /* who is later has none; -1: as late as one likes */
	int answers;	  /* points for answers.md, which a person gives */
	bool best;	  /* of several submissions the best counts, else the last */
};
/** A key of lab.conf's [lab], in line `line` of `path`; behind the value may be a " # comment".
 * @return false if it is none of the policy's; dies if the value is wrong */
bool policy_key(struct policy *p, const char *key, const char *value, const char *path, int line);
/** Is this line of lab.conf one of those? */
bool is_policy(const char *line);
/** "2026-03-01 23:59[:00[.123]] [Z|+0100]"; without a zone this machine's. @return 0 if it is no
 * time
 */
time_t parse_time(const char *s);
/** Days begun after the deadline and the grace; 0 if there is no deadline or nobody knows when. */
int days_late(const struct policy *p, time_t when);
/** The points of `score` that so many days cost. */
int late_cost(const struct policy *p, int days, int score);

struct lab {
	char *name, *dir, *title;
	struct policy policy;
	uint64_t version;  /* of lab.conf and tests/; the policy is no part of it */
	struct list files; /* hv/... */
	struct list hints; /* as a test's, for all of them: these are looked at first */
	struct stage *stages;
	size_t nr_stages;
	struct test *tests;
	size_t nr_tests;
	int points;
};
/** What is meant by "02-pagefault/", "./02-pagefault" or "labs/02-pagefault", as a shell completes
 * it. */
char *lab_name(const char *word);
/** Dies, with the names of those that there are, if it is none. */
void lab_check(const char *tree, const char *name);
/** Read lab.conf of lab_name(WORD) under `tree`; dies with file and line if it is wrong. */
struct lab *lab_load(const char *tree, const char *word);
void lab_free(struct lab *lab);
/** The policy of labs/NAME/lab.conf under `tree`, if it is there. */
void policy_load(struct policy *p, const char *tree, const char *name);
/** Where labs/ is: here, else above the program; "." if nowhere. */
const char *home(void);

/* command.c */

/** A directory of ours that the confined command sees under another name. */
struct mount {
	const char *outside, *inside;
	bool writable;
};
struct command {
	const char *const *argv;
	const char *dir;	    /* working directory: within the confinement, if there is one */
	const struct mount *mounts; /* NULL: not confined */
	size_t nr_mounts;
	int cpu, wall;		/* seconds */
	long long file, memory; /* bytes that a file may have, of address space; 0: no limit */
	uid_t uid;		/* whose it becomes if root confines it; 0: nobody's */
	char *output;		/* what it printed goes here, cut to its size */
	size_t output_size;
	bool output_end; /* the end of it, not the beginning */
};
/** In a forked process: get `signal` when `parent` ends, or end at once if it has. */
void die_with(pid_t parent, int signal);
/** @return the exit status, 128 + the signal, COMMAND_HUNG, or COMMAND_LOST if it never began; the
 * output then says why */
#define COMMAND_HUNG 1000
#define COMMAND_LOST 1001
int command_run(const struct command *c);
/** Die, with bubblewrap's own words, if it cannot confine commands here. */
void confinement_check(void);

/* session.c */

/* UNGRADED: the machine failed, not the student. It is no grade, and never in a gradebook. */
enum verdict {
	PASSED,
	FAILED,
	SKIPPED,
	UNWRITTEN,
	UNCONFIRMED,
	HUNG,
	NOT_BUILT,
	NOT_TAKEN, /* nothing of the lab's could be taken out of what was sent */
	UNGRADED,
	NR_VERDICTS
};
extern const char *const verdict_names[NR_VERDICTS];

struct result {
	enum verdict verdict;
	bool done;
	unsigned seed;	 /* of the last run */
	int runs;	 /* so many; the last failed, if one did */
	long long ticks; /* guest instructions, by QEMU */
	double seconds;
	char why[4000];	    /* one line or a few, or an excerpt of a trace; and a hint */
	char evidence[200]; /* prefix of console, trace and log, below the output directory */
	char diagram[240];
};
struct session {
	const struct lab *lab;
	const char *tree;    /* where Makefile and tools are: the working tree, or a kit */
	const char *sources; /* the student's files; NULL: the tree's own labs/NAME */
	const char *out;     /* for the hypervisor and all evidence */
	const char *bare;    /* for what the bare machine says, which is the same for all */
	bool confined;
	uid_t uid; /* as a command's; session_run() chooses */
	unsigned seed;
	int jobs;
	const char *only;  /* one stage or test, or NULL */
	const char *emu;   /* "qemu", "bochs": only its tests; NULL: all */
	bool made;	   /* out/hv.elf is there: nothing is to be built */
	bool not_taken;	   /* there is nothing of the student's to grade */
	const char *notes; /* of what was collected, or NULL */
	int cpu;	   /* seconds of CPU time that a test gets; 0: as always */
	char build_log[4000];
	bool built;
	struct result *results;				  /* as lab->tests */
	void (*progress)(struct session *s, size_t test); /* after each, or NULL */
	void *user;
};
void session_run(struct session *s);
/** The verdict of each test, if nothing of the lab's was there. */
void not_taken(struct result *r);
/** Is this test one of those that the session was asked for? */
bool session_wants(const struct session *s, size_t test);
/** Why a test that is not done is not. */
const char *not_run(const struct session *s, size_t test);
/** A stage that this test needs and that has not passed, or NULL. */
const char *session_lacks(const struct session *s, size_t test);
/** The points that a test has earned. */
int session_points(const struct session *s, size_t test);
int session_score(const struct session *s);
/** NULL, or why this is no grade; whatever else it says then does not count. */
const char *session_trouble(const struct session *s);
/** How many tests have hung. After MANY_HANGS what needs one of those is left out, and each further
 * test gets less time. */
#define MANY_HANGS 3
int session_hangs(const struct session *s);
/** The seed of one test, drawn from the session's. */
unsigned test_seed(unsigned seed, const char *test);
/** The seed of its run number `run`, 0 the first. */
unsigned run_seed(unsigned seed, const char *test, int run);
/** One for a session that is given none. */
unsigned random_seed(void);

/* build.c, run.c, judge.c, oracle.c */
/** @return PASSED, NOT_BUILT or UNGRADED; its words are in s->build_log */
enum verdict build(struct session *s);
void test_run(const struct session *s, const struct test *t, struct result *r);
/** What an earlier run of a test left must not lie beside the next one's report. */
void clear_evidence(const char *out, const char *test);
/** `prefix` is where the run left its files, `status` what tools/run ended with, `words` its last.
 */
void judge(const struct session *s, const struct test *t, const char *prefix, int status,
	   const char *words, struct result *r);

/* ending.c: a run that did not end as agreed. */
void verdict(struct result *r, enum verdict v, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/** The line of a text that contains `what`, or NULL; to be freed. */
char *line_with(const char *console, const char *what);
/** The stage that the console says is not written, the last one; NULL, or to be freed. */
char *unwritten(const char *console);
/** `how`: it "stopped at" that stage, which need not be the test's own, or "went on without" it. */
void not_written(const struct session *s, const char *how, const char *id, struct result *r);
/** It never ended: which fault it met again and again, drawn. `what`: how that was noticed. */
void hung(const struct session *s, const char *prefix, const char *what, struct result *r);
/** It ended, but otherwise. */
void bad_end(const struct session *s, const char *prefix, const char *console, const char *words,
	     int status, struct result *r);

#define TRACE_CPU 20 /* seconds */
/** tltrace ARGS..., confined like the run. @return its exit code; its output in `out` */
int tltrace(const struct session *s, const char *const *args, char *out, size_t size);
/** `same = ERE`: are those lines of the console that the guest has sent as on the bare machine? */
bool same_as_bare(const struct session *s, const struct test *t, const char *heard,
		  const char *console, struct result *r);
/** Of a run that did not come to its end: append to `why` how far it was as on the bare machine. */
void as_far_as_bare(const struct session *s, const struct test *t, const char *console,
		    struct result *r);
/** The path by which a (perhaps confined) command knows a file of the session's output. */
char *inside(const struct session *s, const char *path);

/* report_*.c: each writes one format of a session. */
void report_line(const struct session *s, size_t test, FILE *f);
void report_text(const struct session *s, FILE *f);
json_t *report_gradescope(const struct session *s);
void report_autolab(const struct session *s, FILE *f);
void report_tap(const struct session *s, FILE *f);
void report_junit_begin(FILE *f);
void report_junit(const struct session *s, const char *student, FILE *f);
void report_junit_end(FILE *f);
/** &, <, >, quotes and what XML 1.0 does not allow. */
void put_escaped(FILE *f, const char *s);

/* collect.c */

/* A file or folder of a submission, and the name that the student gave it. */
struct part {
	char *path, *as;
};
/**
 * Take the lab's files, and nothing else, out of the parts of a submission (directories, tars,
 * zips, files) into directory `to`; archives in them are looked into, those in these are not. Of
 * several files for one of the lab's that counts which has its very name, else which lies in
 * labs/NAME, else the one nearest to the top, and of those the first by the alphabet. @return how
 * many; `doubts`: of so many a person should look, by what the notes say; `notes` says what was
 * missing, refused or passed over
 */
size_t collect(const struct lab *lab, const struct part *parts, size_t nr, const char *to,
	       struct list *notes, size_t *doubts);
/** notice.c: what a person should look at in what was collected, compared with the handout `tree`.
 */
void notice(const struct lab *lab, const char *tree, const char *sources, struct list *notes);
/** What is missing there is the starter's, out of the handout `tree`. */
void add_starters(const struct lab *lab, const char *tree, const char *to);
/** A hash of what was collected. */
uint64_t collected_hash(const struct lab *lab, const char *dir);

/* book.c: the gradebook. Every grading stays in it. */
struct sqlite3;
struct submission;
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
/** If it was sent before the last, and now once more: its earlier grading is the last one now. */
void book_again(struct sqlite3 *db, const struct lab *lab, const struct submission *sub,
		uint64_t hash, unsigned seed);
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

/* lms.c */

/* What a platform says of a file in its download. */
struct sent {
	const char *lms;
	char *name, *account; /* the student's; of a group "a; b" */
	char *as;	      /* the name that the student gave it, or NULL */
	time_t when;	      /* 0: it does not say */
	long long order;      /* the greater the later, of one student */
	bool late;	      /* it says that much */
	bool beside;	      /* no file of the student's */
};
/** By the name of a file or folder. @return false if no platform makes such names */
bool lms_name(const char *file, struct sent *s);
/** The same, where such a name need be no platform's: Canvas's pattern fits other files, too. */
bool lms_student(const char *file, struct sent *s);
/** Blackboard's .txt beside a submission: the student's name, and the whole user name. @return does
 * it tell them? */
bool blackboard_text(const char *path, struct sent *s);
/** Gradescope's submission_metadata.yml; `as` is then the folder. @return how many */
size_t gradescope_metadata(const char *path, struct sent **out);
void sent_free(struct sent *s);

/* class.c: whose submissions there are. */
struct submission {
	struct part *parts;
	size_t nr_parts;
	char *student;	      /* by what the gradebook knows him: the account, if there is one */
	char *name, *account; /* "" without a platform */
	char *shown;	      /* both, for a terminal */
	const char *lms;      /* "" */
	time_t when;	      /* handed in; for files of no platform, last changed */
	long long order;
	bool late; /* says the platform, but not when */
};
struct submissions {
	struct submission *at;
	size_t nr;
};
struct submission *new_submission(struct submissions *all, const struct sent *s);
void add_part(struct submission *sub, const char *path, const char *as);
/** One by the name that a file of no platform bears. */
void add_plain(struct submissions *all, const char *path);
/** A file or folder that a platform has named; those from `first` on may be the same student's.
 * What the platform adds itself makes nobody a student twice. */
void add_sent(struct submissions *all, struct sent *s, const char *path, size_t first);
/** folder.c: add those in a directory, or that one. */
void add_submissions(struct submissions *all, const struct lab *lab, const char *arg);
/** Of each student only the last; says which. */
void only_the_last(struct submissions *all);
void submissions_free(struct submissions *all);

/* batch.c: a class, each submission a job (job.c). */
struct class
{
	struct lab *lab;
	char *kit, *work, *bare;
	unsigned seed;
	int jobs;    /* at a time; 0: as many as there can be */
	bool again;  /* what is graded already, too */
	bool failed; /* but only what lacks points */
	struct sqlite3 *book;
	struct submissions all;
	size_t skipped, done, lost;
	long long disk; /* bytes that those done take */
	double start;
};
struct job {
	pid_t pid;
	size_t number; /* of the submission */
	uint64_t hash;
	size_t found, doubts;  /* of the lab's files; of those to be looked at */
	char *notes, *results; /* a file */
	char *name;	       /* slurm.c: of its directory; NULL: nothing to do any more */
	char *trouble;	       /* why it is not graded, or NULL */
	struct session s;
};
int batch(int argc, char **argv);
/** Collect submission `number` into the class's work directory. @return false if it is graded, or
 * there is no room to do so */
bool job_prepare(struct class *c, struct job *j, size_t number);
/** Grade, and leave what came of it in a file, which is whole from the moment that it is there. */
bool job_grade(struct session *s, const char *results);
/** Put that file into the gradebook, and say so. @return false if it is not there, not whole, or no
 * grade */
bool job_merge(struct class *c, struct job *j);
void job_lost(struct class *c, const struct job *j);
void job_free(struct job *j);

/* slurm.c: the jobs as tasks of a Slurm job array. */
void engine_slurm(struct class *c);
/** tlgrade task INDEX N: one of them, on whatever machine Slurm chose */
int task(int argc, char **argv);
/* the other commands */
int grade(int argc, char **argv);
int report(int argc, char **argv);
int show(int argc, char **argv);
int marks(int argc, char **argv);
int copies(int argc, char **argv);

#endif

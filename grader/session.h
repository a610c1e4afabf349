/* session.h: one submission is built, run and judged, and what came of it is told. */
#ifndef SESSION_H
#define SESSION_H

#include "lab.h"

#include <jansson.h>

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
	bool no_guest;	 /* it stopped before the guest's first instruction */
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
/** order.c: may it be run now? If there is nothing to see, it gets its verdict. */
bool session_ready(struct session *s, size_t test);
/** A test that is not run has this verdict. */
void session_finish(struct session *s, size_t test, enum verdict v, const char *why);
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

#endif

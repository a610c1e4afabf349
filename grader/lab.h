/* lab.h: what lab.conf says: files, stages, tests, and what being late costs. */
#ifndef LAB_H
#define LAB_H

#include "text.h"

#include <limits.h>
#include <time.h>

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
	int ticks;	   /* budget in guest instructions; 0: none */
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
	int zone;	  /* in which that was said: seconds east of Greenwich, or NO_ZONE */
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
#define NO_ZONE 1000000 /* this machine's */
/** "2026-03-01 23:59[:00[.123]] [Z|+0100]"; without a zone this machine's. `east`: the zone, as in
 * struct policy. @return 0 if it is no time */
time_t parse_time(const char *s, int *east);
/** When a time was that a platform gave without a zone, and that was read as this machine's: in the
 * zone of `due`. */
time_t course_time(const struct policy *p, time_t when);
/** "2026-03-01 23:59", or that it is not known. */
void put_time(char *to, size_t size, time_t when);
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
/** lab.c: what can be said only of all of it; dies if it is wrong. */
void lab_complete(struct lab *lab, const char *path);
/** NULL if it has none of that name. */
const struct stage *lab_stage(const struct lab *lab, const char *id);
void lab_free(struct lab *lab);
/** What holds where lab.conf says nothing of it. */
void policy_none(struct policy *p);
/** The policy of labs/NAME/lab.conf under `tree`, if it is there. */
void policy_load(struct policy *p, const char *tree, const char *name);
/** Where labs/ is: here, else above the program; "." if nowhere. */
const char *home(void);

#endif

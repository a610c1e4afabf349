/* expect.h: the order language: what a trace must show, written so that people can read it. */
#ifndef TLTRACE_EXPECT_H
#define TLTRACE_EXPECT_H

#include "read/trace.h"

#define EXPECT_NAME  32 /* longest name of an event, field or variable, with its NUL */
#define EXPECT_TESTS 12 /* field tests on one line */
#define EXPECT_LINES 2000
#define EXPECT_VARS  64

enum expect_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE };

enum expect_kind {
	LINE_LET,     /* let NAME = NUMBER */
	LINE_EPISODE, /* episode ... : which events the following lines speak of */
	LINE_NEXT,    /* PATTERN: the next crossing, or a note before it */
	LINE_THEN,    /* then PATTERN: the very next event */
	LINE_ANY,     /* any PATTERN: later, whatever lies between */
	LINE_MAYBE,   /* maybe PATTERN: the next crossing, if it matches */
	LINE_NEVER,   /* never PATTERN: nowhere in the scope */
	LINE_COUNT,   /* count PATTERN OP N: over the whole scope */
	LINE_COST,    /* cost OP N: instructions in the VMM over the whole scope */
	LINE_END,     /* end: no crossing is left in the scope */
};

enum expect_pick { PICK_LAST, PICK_FIRST, PICK_ALL, PICK_NUMBER };

struct expect_test {
	char field[EXPECT_NAME];
	u64 mask;
	enum expect_op op;
	char var[EXPECT_NAME]; /* empty: compare with @number */
	s64 number;
};

struct expect_pattern {
	char event[EXPECT_NAME]; /* an event's name, or entry, exit, crossing, note, event */
	struct expect_test tests[EXPECT_TESTS];
	size_t ntests;
};

struct expect_line {
	int lineno;
	char *text;
	enum expect_kind kind;
	struct expect_pattern pattern;
	enum expect_op op;	/* count, cost */
	enum expect_pick pick;	/* episode */
	u64 number;		/* count, cost, let, episode NUMBER */
	char name[EXPECT_NAME]; /* let */
};

struct expect {
	char *file;
	struct expect_line *lines;
	size_t count;
};

struct expect_var {
	char name[EXPECT_NAME];
	s64 value;
};

struct expect_vars {
	struct expect_var v[EXPECT_VARS];
	size_t count;
};

/** Parse @size bytes of text; @file is for messages only. 0, or -1 with "FILE:LINE: why". */
int expect_parse(struct expect *x, const char *file, const char *text, size_t size,
		 struct err *err);
void expect_free(struct expect *x);

/** Does the kind of @e fit pattern name @event ("trap", "entry", ...)? */
bool expect_event_fits(const char *event, const struct event *e);
/** Does @e match? Binds unbound variables in @vars if and only if it does. If not, @why (may be
 * NULL) gets what differs. An unbound variable where none may bind is a mismatch, and so told. */
bool expect_match(const struct expect_pattern *p, const struct event *e, struct expect_vars *vars,
		  bool may_bind, struct sb *why);
/** How near @e comes to @p: 0 if it is another event, else 1 and one for each test that holds. */
size_t expect_nearness(const struct expect_pattern *p, const struct event *e,
		       const struct expect_vars *vars);
const s64 *expect_var(const struct expect_vars *vars, const char *name);
bool expect_set_var(struct expect_vars *vars, const char *name, s64 value);
bool expect_compare(enum expect_op op, s64 a, s64 b);
const char *expect_op_name(enum expect_op op);

#define EXPECT_NO_EVENT ((size_t)-1)

/** The first line that does not hold, and where. Indexes are those of trace->events. */
struct expect_miss {
	const char *file; /* this and @line live as long as the expectation */
	const struct expect_line *line;
	u64 episode;	    /* that the line speaks of; 0: the whole trace */
	size_t first, last; /* its events */
	size_t pos;	    /* the first event not yet passed; beyond @last if there is none */
	size_t at;	    /* the event that is not what it should be, or EXPECT_NO_EVENT */
	struct expect_vars vars;
	char why[240];
};

/** Hold @t against @x. @preset are variables given by the user, which win over `let`; @fault, if
 * not NULL, selects the episode that lines before any `episode` line speak of. Returns 0 if all
 * lines hold, 1 with @report and @miss (may be NULL) filled if one does not, -1 with @err filled on
 * trouble. */
int expect_run(const struct expect *x, const struct trace *t, const struct expect_vars *preset,
	       const char *fault, bool colour, struct sb *report, struct expect_miss *miss,
	       struct err *err);

#endif

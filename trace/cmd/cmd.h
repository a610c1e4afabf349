/* cmd.h: what every sub-command of tltrace is made of. */
#ifndef TLTRACE_CMD_H
#define TLTRACE_CMD_H

#include "read/trace.h"

#include <getopt.h>

/* Exit codes. */
enum { EXIT_OK = 0, EXIT_DIFFERS = 1, EXIT_TROUBLE = 2 };

struct command {
	const char *name;
	const char *args;    /* "DIR [--json]" */
	const char *summary; /* one line */
	const char *help;    /* options and an example, lines ending in newline */
	int (*run)(const struct command *self, int argc, char **argv);
};

extern const struct command cmd_extract, cmd_info, cmd_dump, cmd_stats, cmd_faults, cmd_check,
    cmd_witness, cmd_spoken, cmd_draw, cmd_loop, cmd_diff, cmd_timeline, cmd_ring, cmd_map,
    cmd_events_doc, cmd_play, cmd_export;

/* All commands, NULL behind the last. */
extern const struct command *const commands[];

/** getopt_long with our manners: prints usage for --help and unknown options. Returns the next
 * option, -1 at the end, '?' when run() should return *@code. */
int cmd_getopt(const struct command *self, int argc, char **argv, const struct option *opts,
	       int *code);
/** Are there exactly @n arguments left? If not, says how the command is used. */
bool cmd_args(const struct command *self, int argc, int n);
/** Print "tltrace NAME: text" to stderr; returns EXIT_TROUBLE. */
int cmd_fail(const struct command *self, const struct err *err);
/** The number that an option was given, at most @most; or say what was expected, @what. */
bool cmd_number(const struct command *self, const char *text, u64 most, const char *what, u64 *out);
/** Is this domain in the trace? TRACE_NO_DOMAIN always is. If not, says so, and closes it. */
bool cmd_has_domain(const struct command *self, struct trace *t, u32 domain);
/** Open a trace, or print why not. */
bool cmd_open(const struct command *self, struct trace *t, const char *dir);
/** Say on stderr that events were lost, if any were. */
void cmd_warn_discarded(const struct trace *t);

#endif

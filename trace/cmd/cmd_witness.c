/* cmd_witness.c: tltrace witness: hold the trace against the CPU's log. */
#include "cmd/cmd.h"

#include "read/witness.h"

#include <stdio.h>

static void summary(const struct witness *w)
{
	printf("witness: %llu entries confirmed (%llu traps, %llu irqs, %llu hypercalls), "
	       "%llu fast gates, %llu missing, %llu forged\n",
	       (unsigned long long)w->confirmed, (unsigned long long)w->traps,
	       (unsigned long long)w->irqs, (unsigned long long)w->hypercalls,
	       (unsigned long long)w->fast, (unsigned long long)w->missing,
	       (unsigned long long)w->forged);
	if (w->fast)
		printf("         %llu went straight from ring 3 to ring 1\n",
		       (unsigned long long)w->fast);
	if (w->before || w->after)
		printf("         %llu ring-0 entries before the trace began, %llu after it ended\n",
		       (unsigned long long)w->before, (unsigned long long)w->after);
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"allow-dropped", no_argument, NULL, 'a'}, {0}};
	bool allow_dropped = false;
	struct sb report = {0};
	struct qemulog log;
	struct witness w;
	struct trace t;
	struct err err;
	int c, code, rc;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		allow_dropped = true;
	}
	if (!cmd_args(self, argc, 2) || !cmd_open(self, &t, argv[optind]))
		return EXIT_TROUBLE;
	if (qemulog_open(&log, argv[optind + 1], &err)) {
		trace_close(&t);
		return cmd_fail(self, &err);
	}
	rc = witness_compare(&t, &log, allow_dropped, &w, &report, &err);
	if (rc < 0) {
		cmd_fail(self, &err);
		rc = EXIT_TROUBLE;
	} else {
		if (report.s)
			fputs(report.s, stdout);
		summary(&w);
	}
	qemulog_close(&log);
	sb_free(&report);
	trace_close(&t);
	return rc;
}

const struct command cmd_witness = {
    "witness",
    "DIR LOG [--allow-dropped]",
    "confirm every entry of a trace by QEMU's own log of the same run",
    "  LOG               what qemu-system-i386 -d int -D LOG wrote in that run\n"
    "  --allow-dropped   accept a trace that lost events: confirm it up to the loss\n"
    "Compared: vector, error code, ring, code selector, instruction pointer, CR2, and the\n"
    "number of a hypercall. Exit code 1\n"
    "at the first disagreement, which is shown from both sides.\n",
    run,
};

/* cmd_export.c: tltrace export: a trace for other programs that show traces. */
#include "cmd/cmd.h"

#include "export/chrome.h"
#include "read/output.h"

#include <stdio.h>
#include <string.h>

static int refuse(const char *what)
{
	fprintf(stderr, "tltrace export: %s\n", what);
	return EXIT_TROUBLE;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {
	    {"chrome", no_argument, NULL, 'c'}, {"output", required_argument, NULL, 'o'}, {0}};
	const char *out = NULL;
	bool chrome = false;
	struct output file;
	struct trace t;
	struct err err;
	int c, code, rc;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'c')
			chrome = true;
		else
			out = optarg;
	}
	if (!cmd_args(self, argc, 1))
		return EXIT_TROUBLE;
	if (!chrome || !out)
		return refuse("say as what, and where to: --chrome -o FILE.json");
	if (!cmd_open(self, &t, argv[optind]))
		return EXIT_TROUBLE;
	cmd_warn_discarded(&t);
	rc = output_begin(&file, out, &err);
	if (!rc) {
		chrome_write(&t, file.f);
		rc = output_end(&file, true, &err);
	}
	trace_close(&t);
	return rc ? cmd_fail(self, &err) : EXIT_OK;
}

const struct command cmd_export = {
    "export",
    "DIR --chrome -o FILE.json",
    "write a trace for Perfetto or chrome://tracing",
    "  --chrome       Chrome's trace-event format (JSON), which both open\n"
    "  -o FILE.json   where to\n"
    "Each vcpu is a process, its lanes are threads. A slice is where the CPU ran, an instant an "
    "event\n"
    "with its fields, an arrow a crossing; episodes have tracks of their own. Times are "
    "microseconds\n"
    "from the first event on; under QEMU's icount 1,000 instructions are one. What a stay in the\n"
    "VMM cost is its slice's `instructions`: that of tltrace stats.\n"
    "For babeltrace2 and Trace Compass nothing need be exported: the trace is CTF.\n",
    run,
};

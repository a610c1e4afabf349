/* cmd_dump.c: tltrace dump: every event, one line each. */
#include "cmd/cmd.h"

#include "read/json.h"

#include <stdio.h>

static void print_text(const struct event *e)
{
	struct sb b = {0};

	event_format(&b, e);
	puts(b.s);
	if (e->lost_after)
		printf("       ~~~ %u events were lost here ~~~\n", e->lost_after);
	sb_free(&b);
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"json", no_argument, NULL, 'j'}, {0}};
	bool json = false;
	struct trace t;
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		json = true;
	}
	if (!cmd_args(self, argc, 1) || !cmd_open(self, &t, argv[optind]))
		return EXIT_TROUBLE;
	for (size_t i = 0; i < t.count; i++) {
		if (json)
			json_print(json_event(&t.events[i]));
		else
			print_text(&t.events[i]);
	}
	trace_close(&t);
	return EXIT_OK;
}

const struct command cmd_dump = {
    "dump",
    "DIR [--json]",
    "print every event, one line each",
    "  --json   one JSON object per line\n"
    "Columns: number, time (TSC), domain and vcpu, fault.step, lanes, event, fields.\n",
    run,
};

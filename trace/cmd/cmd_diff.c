/* cmd_diff.c: tltrace diff: the first event at which two traces differ. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

static bool same(const struct event *a, const struct event *b, bool times)
{
	return a->def == b->def && a->domain == b->domain && a->from == b->from && a->to == b->to &&
	       a->fault == b->fault && a->step == b->step && a->vcpu == b->vcpu &&
	       (!times || a->ts == b->ts) && !memcmp(a->fields, b->fields, schema_size(a->def));
}

static void show(char mark, const struct trace *t, size_t i)
{
	struct sb b = {0};

	if (i < t->count)
		event_format(&b, &t->events[i]);
	else
		sb_add(&b, "(the trace ends here)");
	printf("%c %s\n", mark, b.s);
	sb_free(&b);
}

static int compare(const struct trace *a, const struct trace *b, bool times)
{
	size_t i = 0;

	while (i < a->count && i < b->count && same(&a->events[i], &b->events[i], times))
		i++;
	if (i == a->count && i == b->count) {
		printf("equal: %zu events\n", i);
		return EXIT_OK;
	}
	printf("the first %zu events are equal; then\n", i);
	for (size_t k = i > 3 ? i - 3 : 0; k < i; k++)
		show(' ', a, k);
	show('-', a, i);
	show('+', b, i);
	if (i < a->count && i < b->count && a->events[i].ts != b->events[i].ts)
		printf("times differ: %llu and %llu\n", (unsigned long long)a->events[i].ts,
		       (unsigned long long)b->events[i].ts);
	return EXIT_DIFFERS;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"times", no_argument, NULL, 't'}, {0}};
	struct trace a, b;
	bool times = false;
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		times = true;
	}
	if (!cmd_args(self, argc, 2) || !cmd_open(self, &a, argv[optind]))
		return EXIT_TROUBLE;
	if (!cmd_open(self, &b, argv[optind + 1])) {
		trace_close(&a);
		return EXIT_TROUBLE;
	}
	code = compare(&a, &b, times);
	trace_close(&a);
	trace_close(&b);
	return code;
}

const struct command cmd_diff = {
    "diff",
    "A B [--times]",
    "find the first event at which two traces differ",
    "  --times   times must be equal too\n"
    "Exit code 0 if they are equal, 1 if they differ.\n",
    run,
};

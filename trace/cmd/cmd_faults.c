/* cmd_faults.c: tltrace faults: the applications' page faults, one line each. */
#include "cmd/cmd.h"

#include "read/episode.h"
#include "read/hold.h"
#include "read/json.h"

#include <stdio.h>

static void print_one(const struct trace *t, const struct episode *e, bool json)
{
	const struct event *first = &t->events[e->entry];
	struct tally y;
	u32 entries;

	tally_events(t, e->first, e->last, e->id, &y);
	entries = y.traps + y.irqs + y.hypercalls;
	if (json) {
		json_print(json_pack("{sI sI sI sI sI ss sb}", "fault", (json_int_t)e->fault, "va",
				     (json_int_t)event_u32(first, "va"), "domain",
				     (json_int_t)first->domain, "entries", (json_int_t)entries,
				     "instructions", (json_int_t)y.cost, "verdict",
				     episode_verdict(t, e), "whole", episode_is_whole(t, e)));
		return;
	}
	printf("%6u  d%-3u 0x%08x  0x%08x %8u %13llu  %s%s\n", e->fault, first->domain,
	       event_u32(first, "va"), event_u32(first, "eip"), entries, (unsigned long long)y.cost,
	       episode_verdict(t, e), episode_is_whole(t, e) ? "" : " (unfinished)");
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"json", no_argument, NULL, 'j'}, {0}};
	struct episodes all;
	bool json = false;
	struct trace t;
	int c, code;
	size_t shown = 0;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		json = true;
	}
	if (!cmd_args(self, argc, 1) || !cmd_open(self, &t, argv[optind]))
		return EXIT_TROUBLE;
	episodes_find(&t, &all);
	if (!json)
		printf(" fault  dom  va          eip         entries  instructions  verdict\n");
	for (size_t i = 0; i < all.count; i++) {
		if (!episode_is_page_fault(&t, &all.v[i]))
			continue;
		print_one(&t, &all.v[i], json);
		shown++;
	}
	if (!json)
		printf("%zu page faults of applications\n", shown);
	episodes_free(&all);
	cmd_warn_discarded(&t);
	trace_close(&t);
	return EXIT_OK;
}

const struct command cmd_faults = {
    "faults",
    "DIR [--json]",
    "list the applications' page faults: address, entries, cost, verdict",
    "  --json   one JSON object per line\n"
    "The first column is what --fault takes in stats, check and draw.\n",
    run,
};

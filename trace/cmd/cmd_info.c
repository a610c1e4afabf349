/* cmd_info.c: tltrace info: what is in this trace? */
#include "cmd/cmd.h"

#include "read/episode.h"
#include "read/hold.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <string.h>

static void print_machine(const struct trace *t)
{
	const struct event *m = trace_first(t, EV_machine);
	struct sb b = {0};

	if (!m) {
		printf("machine     (no machine event: the beginning is missing)\n");
		return;
	}
	event_format_fields(&b, m);
	printf("machine     %s\n", b.s);
	sb_free(&b);
}

static void print_domains(const struct trace *t)
{
	unsigned shown = 0;

	printf("domains    ");
	for (u32 d = 0; d < TRACE_NO_DOMAIN && shown < 32; d++)
		if (domains_have(&t->domains, d) && ++shown)
			printf(" %u", d);
	printf("%s\n", shown ? "" : " none");
}

static void print_counts(const struct trace *t)
{
	u64 by_event[MAX_EVENT_ID] = {0};

	for (size_t i = 0; i < t->count; i++)
		by_event[t->events[i].def->id]++;
	for (int c = 0; c < NR_CLASSES; c++) {
		u64 sum = 0;

		for (size_t i = 0; i < schema_nevents; i++)
			if ((int)schema_events[i].class == c)
				sum += by_event[schema_events[i].id];
		printf("\nclass %-5s %10llu\n", schema_classes[c].name, (unsigned long long)sum);
		for (size_t i = 0; i < schema_nevents; i++) {
			const struct schema_event *e = &schema_events[i];

			if ((int)e->class == c && by_event[e->id])
				printf("  %-12s %7llu  %s\n", e->name,
				       (unsigned long long)by_event[e->id], e->doc);
		}
	}
}

static int run(const struct command *self, int argc, char **argv)
{
	struct episodes eps;
	struct sb b = {0};
	struct tally tally;
	struct trace t;
	int c, code;
	u64 ticks;

	while ((c = cmd_getopt(self, argc, argv, NULL, &code)) != -1)
		if (c == '?')
			return code;
	if (!cmd_args(self, argc, 1) || !cmd_open(self, &t, argv[optind]))
		return EXIT_TROUBLE;
	ticks = t.events[t.count - 1].ts - t.events[0].ts;
	printf("trace       %s\n", t.name);
	if (t.started[0])
		printf("started     %s\n", t.started);
	print_machine(&t);
	print_domains(&t);
	printf("events      %zu in %u packets, %llu discarded\n", t.count, t.packets,
	       (unsigned long long)t.discarded);
	printf("duration    %llu ticks, %.6f s at %llu Hz\n", (unsigned long long)ticks,
	       (double)ticks / (double)t.freq, (unsigned long long)t.freq);
	episodes_find(&t, &eps);
	printf("episodes    %zu\n", eps.count);
	tally_events(&t, 0, t.count - 1, 0, &tally);
	tally_format(&b, &tally);
	printf("%s\n", b.s);
	print_counts(&t);
	sb_free(&b);
	episodes_free(&eps);
	trace_close(&t);
	return EXIT_OK;
}

const struct command cmd_info = {
    "info", "DIR", "say what a trace holds: events, packets, domains, duration", "", run,
};

/* cmd_dump.c: tltrace dump: events, one line each. */
#include "cmd/cmd.h"

#include "read/json.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <string.h>

/* Which events. */
struct choice {
	u64 domain; /* TRACE_NO_DOMAIN: of any */
	u64 from, to;
	bool named[MAX_EVENT_ID]; /* by event number */
	bool any;		  /* whatever their name */
};

static void print_text(const struct event *e)
{
	struct sb b = {0};

	event_format(&b, e);
	puts(b.s);
	if (e->lost_after)
		printf("       ~~~ %u events were lost here ~~~\n", e->lost_after);
	sb_free(&b);
}

static bool chosen(const struct choice *c, const struct event *e)
{
	return (c->domain == TRACE_NO_DOMAIN || e->domain == c->domain) && e->seq >= c->from &&
	       e->seq <= c->to && (c->any || c->named[e->def->id]);
}

/* "trap" or "trap,irq,resume". */
static bool take_names(const struct command *self, const char *list, struct choice *c)
{
	for (;; list++) {
		size_t n = strcspn(list, ","), i = 0;

		while (i < schema_nevents && (strlen(schema_events[i].name) != n ||
					      memcmp(schema_events[i].name, list, n) != 0))
			i++;
		if (i == schema_nevents) {
			fprintf(stderr, "tltrace %s: no event '%.*s'; docs/events.md lists them\n",
				self->name, (int)n, list);
			return false;
		}
		c->named[schema_events[i].id] = true;
		list += n;
		if (!*list)
			break;
	}
	c->any = false;
	return true;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {
	    {"json", no_argument, NULL, 'j'},	     {"domain", required_argument, NULL, 'd'},
	    {"from", required_argument, NULL, 'F'},  {"to", required_argument, NULL, 'T'},
	    {"event", required_argument, NULL, 'e'}, {0}};
	struct choice choice = {.domain = TRACE_NO_DOMAIN, .to = UINT64_MAX, .any = true};
	bool json = false, fine = true;
	struct trace t;
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'j')
			json = true;
		else if (c == 'e')
			fine &= take_names(self, optarg, &choice);
		else if (c == 'd')
			fine &=
			    cmd_number(self, optarg, TRACE_NO_DOMAIN - 1, "domain", &choice.domain);
		else
			fine &= cmd_number(self, optarg, UINT64_MAX, "event number",
					   c == 'F' ? &choice.from : &choice.to);
	}
	if (choice.from > choice.to) {
		fprintf(stderr, "tltrace dump: --from comes after --to\n");
		fine = false;
	}
	if (!fine || !cmd_args(self, argc, 1) || !cmd_open(self, &t, argv[optind]) ||
	    !cmd_has_domain(self, &t, (u32)choice.domain))
		return EXIT_TROUBLE;
	for (size_t i = 0; i < t.count; i++) {
		if (!chosen(&choice, &t.events[i]))
			continue;
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
    "DIR [--domain N] [--from N] [--to N] [--event NAME,...] [--json]",
    "print events, one line each",
    "  --domain N       only this domain's\n"
    "  --from, --to N   only those with these numbers\n"
    "  --event NAME     only those of this name; several: NAME,NAME\n"
    "  --json           one JSON object per line\n"
    "Columns: number, time (TSC), domain and vcpu, fault.step, lanes, event, fields.\n",
    run,
};

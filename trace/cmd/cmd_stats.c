/* cmd_stats.c: tltrace stats: what entering the VMM costs, by reason, or step by step. */
#include "cmd/cmd.h"

#include "read/episode.h"
#include "read/hold.h"
#include "read/json.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reason {
	char *name;
	u64 cost;
	bool timed;
};

static int by_name_then_cost(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	if (d)
		return d;
	if (x->timed != y->timed)
		return x->timed ? -1 : 1; /* untimed ones last, out of the median's way */
	return x->cost < y->cost ? -1 : x->cost > y->cost;
}

static void print_reason(const struct reason *r, size_t n, bool json)
{
	u64 total = 0, min, median, max;
	size_t timed = 0;

	for (size_t i = 0; i < n; i++) {
		timed += r[i].timed;
		total += r[i].timed ? r[i].cost : 0;
	}
	min = timed ? r[0].cost : 0;
	median = timed ? r[timed / 2].cost : 0;
	max = timed ? r[timed - 1].cost : 0;
	if (json)
		json_print(json_pack("{ss sI sI sI sI sI sI}", "reason", r->name, "count",
				     (json_int_t)n, "timed", (json_int_t)timed, "min",
				     (json_int_t)min, "median", (json_int_t)median, "max",
				     (json_int_t)max, "total", (json_int_t)total));
	else
		printf("%-40s %7zu %9llu %9llu %9llu %12llu\n", r->name, n, (unsigned long long)min,
		       (unsigned long long)median, (unsigned long long)max,
		       (unsigned long long)total);
}

static json_t *tally_json(const struct tally *y)
{
	return json_pack("{sI sI sI sI sI}", "entries",
			 (json_int_t)(y->traps + y->irqs + y->hypercalls), "traps",
			 (json_int_t)y->traps, "irqs", (json_int_t)y->irqs, "hypercalls",
			 (json_int_t)y->hypercalls, "instructions", (json_int_t)y->cost);
}

static void print_tally(const struct tally *y, bool json)
{
	struct sb b = {0};

	tally_format(&b, y);
	if (json)
		json_print(tally_json(y));
	else
		printf("VMM instructions: %llu\n%s\n", (unsigned long long)y->cost, b.s);
	sb_free(&b);
}

/* Each domain's part, where there are several. */
static void by_domain(const struct trace *t, const struct holds *holds, bool json)
{
	struct tally y;

	for (u32 d = 0; d < TRACE_NO_DOMAIN && t->domains.count > 1; d++) {
		json_t *j;
		struct sb b = {0};

		if (!domains_have(&t->domains, d))
			continue;
		tally_holds(t, holds, d, &y);
		if (json) {
			j = tally_json(&y);
			json_object_set_new(j, "domain", json_integer(d));
			json_print(j);
			continue;
		}
		tally_format(&b, &y);
		printf("domain %u: %s, VMM instructions: %llu\n", d, b.s,
		       (unsigned long long)y.cost);
		sb_free(&b);
	}
}

static void by_reason(const struct trace *t, const struct holds *holds, u32 domain, bool json)
{
	struct reason *r = xcalloc(holds->count, sizeof(*r));
	size_t n = 0;

	for (size_t i = 0; i < holds->count; i++) {
		const struct hold *h = &holds->v[i];
		struct sb b = {0};

		if (domain != TRACE_NO_DOMAIN && t->events[h->entry].domain != domain)
			continue;
		hold_reason(t, h, &b);
		r[n++] = (struct reason){b.s, h->cost, h->closed && !h->waited};
	}
	qsort(r, n, sizeof(*r), by_name_then_cost);
	if (!json)
		printf("%-40s %7s %9s %9s %9s %12s\n", "entry", "count", "min", "median", "max",
		       "total");
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && !strcmp(r[k].name, r[i].name);)
			k++;
		print_reason(&r[i], k - i, json);
	}
	for (size_t i = 0; i < n; i++)
		free(r[i].name);
	free(r);
}

/* How the cache of shadow tables did: a load of a page-directory base either finds its shadow or
 * has one made; a shadow ends for one of the reasons of enum why. */
static void shadow_cache(const struct trace *t, u32 domain, bool json)
{
	u64 loads = 0, hits = 0, made = 0, dropped[4] = {0};

	for (size_t i = 0; i < t->count; i++) {
		const struct event *e = &t->events[i];

		if (domain != TRACE_NO_DOMAIN && e->domain != domain)
			continue;
		if (event_is(e, EV_cr3)) {
			loads++;
			hits += event_u32(e, "hit");
		} else if (event_is(e, EV_shadow_new)) {
			made++;
		} else if (event_is(e, EV_shadow_del)) {
			dropped[event_u32(e, "why") % 4]++;
		}
	}
	if (!made)
		return;
	if (json) {
		json_print(json_pack("{s:{s:I,s:I,s:I,s:I,s:I,s:I,s:I}}", "shadow_cache", "loads",
				     (json_int_t)loads, "hits", (json_int_t)hits, "misses",
				     (json_int_t)(loads - hits), "made", (json_int_t)made,
				     "evicted", (json_int_t)dropped[0], "freed",
				     (json_int_t)dropped[1], "rewritten", (json_int_t)dropped[2]));
		return;
	}
	printf("shadow cache: %llu loads of a directory, %llu hits, %llu misses; %llu tables made, "
	       "%llu evicted, %llu freed by the guest, %llu rewritten\n",
	       (unsigned long long)loads, (unsigned long long)hits,
	       (unsigned long long)(loads - hits), (unsigned long long)made,
	       (unsigned long long)dropped[0], (unsigned long long)dropped[1],
	       (unsigned long long)dropped[2]);
}

static void one_episode(const struct trace *t, const struct episode *ep, bool json)
{
	const struct event *prev = NULL;
	u32 step = 0;

	if (!json)
		printf("%4s  %-6s %-6s %12s  %s\n", "step", "from", "to", "instructions", "what");
	for (size_t i = ep->first; i <= ep->last; i++) {
		const struct event *e = &t->events[i];
		struct sb b = {0};

		if (event_episode(e) != ep->id)
			continue;
		step++;
		sb_add(&b, "%s ", e->def->name);
		event_format_fields(&b, e);
		if (json) {
			json_t *j = json_event(e);

			json_object_set_new(
			    j, "instructions",
			    json_integer(prev ? (json_int_t)(e->ts - prev->ts) : 0));
			json_print(j);
		} else {
			printf("%4u  %-6s %-6s %12llu  %s\n", step, lane_name(e->from),
			       event_crosses(e) ? lane_name(e->to) : "",
			       (unsigned long long)(prev ? e->ts - prev->ts : 0), b.s);
		}
		sb_free(&b);
		prev = e;
	}
}

/* Entries are events of one class: without it there is nothing to count. */
static void warn_no_entries(const struct command *self, const struct trace *t)
{
	if (!trace_counts_entries(t))
		fprintf(stderr,
			"tltrace %s: %s: there is no event of class trap in it, so no entry can be "
			"counted: the run needs TRACE=trap or TRACE=all\n",
			self->name, t->name);
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"json", no_argument, NULL, 'j'},
					     {"fault", required_argument, NULL, 'f'},
					     {"domain", required_argument, NULL, 'd'},
					     {0}};
	const char *fault = NULL;
	u64 domain = TRACE_NO_DOMAIN;
	struct episode ep;
	struct holds holds;
	struct tally tally;
	bool json = false;
	struct trace t;
	struct err err;
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'j')
			json = true;
		else if (c == 'f')
			fault = optarg;
		else if (!cmd_number(self, optarg, TRACE_NO_DOMAIN - 1, "domain", &domain))
			return EXIT_TROUBLE;
	}
	if (!cmd_args(self, argc, 1) || !cmd_open(self, &t, argv[optind]) ||
	    !cmd_has_domain(self, &t, (u32)domain))
		return EXIT_TROUBLE;
	code = EXIT_OK;
	cmd_warn_discarded(&t);
	warn_no_entries(self, &t);
	if (fault && episode_select(&t, fault, &ep, &err)) {
		code = cmd_fail(self, &err);
	} else if (fault) {
		one_episode(&t, &ep, json);
		tally_events(&t, ep.first, ep.last, ep.id, &tally);
		print_tally(&tally, json);
	} else {
		holds_find(&t, 0, t.count - 1, 0, &holds);
		by_reason(&t, &holds, (u32)domain, json);
		shadow_cache(&t, (u32)domain, json);
		if (domain == TRACE_NO_DOMAIN)
			by_domain(&t, &holds, json);
		tally_holds(&t, &holds, (u32)domain, &tally);
		print_tally(&tally, json);
		holds_free(&holds);
	}
	trace_close(&t);
	return code;
}

const struct command cmd_stats = {
    "stats",
    "DIR [--domain N] [--fault N|D:N|va=ADDRESS] [--json]",
    "count VMM entries and their cost, by reason or for one episode",
    "  --domain N           only the entries that this domain makes\n"
    "  --fault N            one fault episode, step by step (D:N: of domain D)\n"
    "  --fault va=ADDRESS   the last page fault of an application at that address\n"
    "  --json               one JSON object per line\n"
    "Costs are time-stamp ticks from entry to resume; under QEMU's icount one tick is one\n"
    "instruction. Entries during which nobody could run are counted but not timed.\n",
    run,
};

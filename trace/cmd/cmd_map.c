/* cmd_map.c: tltrace map: whose each frame of machine memory is, and what it is used as. */
#include "cmd/cmd.h"

#include "draw/draw_memory.h"
#include "draw/svg.h"
#include "read/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request {
	const char *at, *out, *title;
	bool strip, check;
};

/* An event's number, a time from the first event, "end" or "fullest": the last event until then. */
static int find_event(const struct trace *t, const char *at, u32 *out, struct err *err)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = {{"ns", 1e-6}, {"us", 1e-3}, {"ms", 1}, {"s", 1e3}};
	double value;
	char *end;
	u64 n;

	*out = (u32)t->count;
	if (!at || !strcmp(at, "end"))
		return 0;
	if (!strcmp(at, "fullest"))
		return memory_fullest(t, out, err);
	if (number_parse(at, &n)) {
		*out = (u32)n;
		return n && n <= t->count
			   ? 0
			   : err_set(err, "%s: there are events 1 to %zu", t->name, t->count);
	}
	value = strtod(at, &end);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (end == at || strcmp(end, units[i].name) || !(value >= 0))
			continue;
		while (*out > 1 && draw_memory_ms(t, *out - 1) > value * units[i].ms)
			--*out;
		return 0;
	}
	return err_set(
	    err, "--at takes an event's number, a time as in 12.5ms, end or fullest: not '%s'", at);
}

static void print_counts(const struct memory *m, const struct trace *t, u32 at)
{
	struct memory_census c;
	char name[24];

	memory_count(m, t, at, &c);
	printf("%-16s %8s %9s %12s %12s %9s %8s\n", "", "frames", "ordinary", "page tables",
	       "directories", "GDT, LDT", "mapped");
	for (size_t i = 0; i < c.count; i++) {
		const struct memory_share *o = &c.v[i];

		printf("%-16s %8u %9u %12u %12u %9u %8u%s\n", memory_owner_name(o->owner, name),
		       o->frames, o->use[USE_ORDINARY], o->use[USE_PAGE_TABLE],
		       o->use[USE_PAGE_DIRECTORY], o->use[USE_DESCRIPTORS], o->use[USE_MAPPED],
		       o->ended ? "  ended" : "");
	}
	printf("%-16s %8u\nafter event %u, %.3f ms from the first\n", "all", m->frames, at,
	       draw_memory_ms(t, at - 1));
	memory_census_free(&c);
}

/* Returns 0, 1 (differences), or -1. */
static int check(const struct trace *t, struct err *err)
{
	u32 inventories, frames, differences;
	struct sb text = {0};
	int rc = memory_check(t, &inventories, &frames, &differences, &text, err);

	if (!rc) {
		if (text.len)
			fputs(text.s, stdout);
		printf("%u frames, %u %s: %u differences\n", frames, inventories,
		       inventories == 1 ? "inventory" : "inventories", differences);
	}
	sb_free(&text);
	return rc ? rc : differences != 0;
}

static int show(const struct trace *t, const struct request *r, struct err *err)
{
	struct memory m;
	struct sb svg = {0};
	u32 at;
	int rc;

	if (r->strip) {
		rc = draw_strip(t, r->title ? r->title : "Whose memory it is", &svg, err);
	} else {
		if (find_event(t, r->at, &at, err) || memory_at(t, at, &m, err))
			return -1;
		rc = 0;
		if (r->out)
			draw_map(t, &m, at, r->title ? r->title : "Machine memory", &svg);
		else
			print_counts(&m, t, at);
		memory_free(&m);
	}
	if (!rc && r->out)
		rc = svg_write(&svg, r->out, err);
	sb_free(&svg);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"at", required_argument, NULL, 'a'},
					     {"strip", no_argument, NULL, 's'},
					     {"check", no_argument, NULL, 'k'},
					     {"title", required_argument, NULL, 'T'},
					     {0}};
	struct request r = {0};
	struct err err = {""};
	struct trace t;
	int c, code, rc;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		r.strip |= c == 's';
		r.check |= c == 'k';
		if (c == 'a')
			r.at = optarg;
		else if (c == 'T')
			r.title = optarg;
		else if (c == 'o')
			r.out = optarg;
	}
	if ((r.strip && (!r.out || r.at)) || (r.check && (r.out || r.at || r.strip)))
		return cmd_fail(
		    self, (err_set(&err, "--strip goes with -o, --check with nothing"), &err));
	if (r.title && !r.out)
		return cmd_fail(self,
				(err_set(&err, "--title is of a picture: -o FILE.svg"), &err));
	if (!cmd_args(self, argc, 1) || !cmd_open(self, &t, argv[optind]))
		return EXIT_TROUBLE;
	rc = r.check ? check(&t, &err) : show(&t, &r, &err);
	if (rc >= 0)
		cmd_warn_discarded(&t);
	trace_close(&t);
	return rc < 0 ? cmd_fail(self, &err) : rc ? EXIT_DIFFERS : EXIT_OK;
}

const struct command cmd_map = {
    "map",
    "DIR [--at EVENT|TIME|end|fullest] [--strip] [-o FILE.svg] [--title TEXT] [--check]",
    "whose each frame of machine memory is, and what it is used as",
    "  --at 1200, --at 12.5ms, --at end   when: an event, or a time from the first (end)\n"
    "  --at fullest   when least of it is free\n"
    "  -o FILE.svg    draw it, a cell for each frame; without it, the counts\n"
    "  --strip        draw how many frames each has, over time\n"
    "  --check        hold what the events add up to against the frame table, as it was recorded\n"
    "                 at the end; 1 if any frame differs\n"
    "Needs TRACE=mem; with TRACE=life,mem it knows when domains began and ended.\n",
    run,
};

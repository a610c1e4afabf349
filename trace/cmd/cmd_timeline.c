/* cmd_timeline.c: tltrace timeline: who held the processor, and why it lost it. */
#include "cmd/cmd.h"

#include "draw/svg.h"
#include "draw/timeline.h"
#include "read/json.h"
#include "read/number.h"

#include <stdio.h>
#include <string.h>

static double us(const struct trace *t, u64 ticks)
{
	return timeline_ns(t, ticks) / 1e3;
}

static void print_track(const struct trace *t, const struct timeline *l, const struct track *d)
{
	printf("%6u %12.0f %7.1f%%", d->domain, us(t, d->ran), 100 * timeline_share(l, d));
	if (l->lives_told)
		printf(" %12.0f", us(t, d->existed));
	else
		printf(" %12s", "?");
	if (d->existed)
		printf(" %7.1f%%", 100 * timeline_weight(d));
	else
		printf(" %8s", "-");
	printf(" %9u %12.0f %6u", d->warp, us(t, d->waited), d->wakes);
	if (d->wakes)
		printf(" %9.1f %9.1f", us(t, d->late) / d->wakes, us(t, d->latest));
	else
		printf(" %9s %9s", "-", "-");
	printf("  %7u %7u %6u %6u %6u %5u\n", d->lost[LOST_blocked], d->lost[LOST_yielded],
	       d->lost[LOST_slice_over], d->lost[LOST_woken], d->lost[LOST_paused],
	       d->lost[LOST_ended]);
}

static void print_json(const struct trace *t, const struct timeline *l, const struct track *d)
{
	json_print(json_pack(
	    "{sI sf sf so sf sI sf sI sf sf sI sI sI sI sI sI}", "domain", (json_int_t)d->domain,
	    "ran_us", us(t, d->ran), "share", timeline_share(l, d), "existed_us",
	    l->lives_told ? json_real(us(t, d->existed)) : json_null(), "weight",
	    timeline_weight(d), "warp", (json_int_t)d->warp, "waited_us", us(t, d->waited), "wakes",
	    (json_int_t)d->wakes, "mean_late_us", d->wakes ? us(t, d->late) / d->wakes : 0,
	    "latest_us", us(t, d->latest), "blocked", (json_int_t)d->lost[LOST_blocked], "yielded",
	    (json_int_t)d->lost[LOST_yielded], "slice_over", (json_int_t)d->lost[LOST_slice_over],
	    "woken", (json_int_t)d->lost[LOST_woken], "paused", (json_int_t)d->lost[LOST_paused],
	    "ended", (json_int_t)d->lost[LOST_ended]));
}

static void print(const struct trace *t, const struct timeline *l, bool json)
{
	u64 ran = 0;

	if (!json)
		printf("domain       ran us   share   existed us   weight      warp    waited us  "
		       "wakes   late "
		       "us    latest"
		       "  blocked yielded  slice  woken paused ended\n");
	for (size_t i = 0; i < l->count; i++) {
		(json ? print_json : print_track)(t, l, &l->v[i]);
		ran += l->v[i].ran;
	}
	if (!json)
		printf("%.0f us, %zu hand-overs, idle %.1f %%\n%s", us(t, l->to - l->from),
		       l->hand_overs, 100 - 100 * (double)ran / (double)(l->to - l->from),
		       l->lives_told
			   ? ""
			   : "when domains began and ended was not recorded (TRACE=life): "
			     "weights are of all of them\n");
}

static int write_picture(const struct trace *t, const struct timeline *l, const char *title,
			 const char *path, struct err *err)
{
	struct sb svg = {0};
	int rc;

	timeline_draw(t, l, title, &svg);
	rc = svg_write(&svg, path, err);
	sb_free(&svg);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"json", no_argument, NULL, 'j'},
					     {"from", required_argument, NULL, 'f'},
					     {"to", required_argument, NULL, 't'},
					     {"title", required_argument, NULL, 'T'},
					     {0}};
	const char *picture = NULL, *title = NULL;
	struct err err = {""};
	struct timeline l;
	bool json = false;
	u64 from = 0, to = 0;
	struct trace t;
	int c, code, rc;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'j')
			json = true;
		else if (c == 'T')
			title = optarg;
		else if (c == 'o')
			picture = optarg;
		else if (!number_parse(optarg, c == 'f' ? &from : &to) || from > 1000000000 ||
			 to > 1000000000)
			return cmd_fail(
			    self, (err_set(&err, "%s: a time in us is wanted", optarg), &err));
	}
	if (title && !picture)
		return cmd_fail(self,
				(err_set(&err, "--title is of a picture: -o FILE.svg"), &err));
	if (!cmd_args(self, argc, 1) || !cmd_open(self, &t, argv[optind]))
		return EXIT_TROUBLE;
	rc = timeline_read(&t, from * 1000, to * 1000, &l, &err);
	if (!rc) {
		print(&t, &l, json);
		if (picture)
			rc = write_picture(&t, &l, title ? title : "Who holds the processor",
					   picture, &err);
	}
	cmd_warn_discarded(&t);
	timeline_free(&l);
	trace_close(&t);
	return rc ? cmd_fail(self, &err) : EXIT_OK;
}

const struct command cmd_timeline = {
    "timeline",
    "DIR [--from US] [--to US] [-o FILE.svg] [--title TEXT] [--json]",
    "who held the processor, for how long, and why it lost it",
    "  --from, --to   only this time, in us from the first hand-over\n"
    "  -o FILE.svg    draw it, a lane per domain\n"
    "  --json         one JSON object per line\n"
    "`share` is the part of what all domains had; `weight` that of the weights of those that\n"
    "existed when it did, for the time that it existed; `late` is from a wake to the run.\n"
    "Needs TRACE=dom, and more than one domain; with TRACE=life,dom it knows when they existed.\n",
    run,
};

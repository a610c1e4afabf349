/* cmd_draw.c: tltrace draw: one trace, or two side by side, as a sequence diagram. */
#include "cmd/draw_request.h"

#include "cmd/cmd.h"

#include "draw/draw_file.h"
#include "draw/draw_io.h"
#include "draw/draw_labels.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int make_side(const struct trace *t, const struct request *r, int n, struct side *side,
		     struct err *err)
{
	const char *fault = r->nfaults ? r->fault[n < r->nfaults ? n : 0] : NULL;
	struct episode ep;

	if (r->all || r->ranged) {
		u64 from = r->ranged && r->from ? r->from - 1 : 0;
		u64 to = r->ranged && r->to ? r->to - 1 : t->count - 1;

		if (from > to || from >= t->count)
			return err_set(err, "%s: no events from %llu to %llu; it has %zu", t->name,
				       (unsigned long long)from + 1, (unsigned long long)to + 1,
				       t->count);
		draw_side_of(t, from, to, 0, (u32)r->domain, side);
		if (!side->steps.count)
			return draw_no_steps(err, t, (u32)r->domain);
		return 0;
	}
	if (fault ? episode_select(t, fault, &ep, err) : request_episode(t, &ep, err))
		return -1;
	draw_side(t, ep.first, ep.last, ep.id, side);
	return 0;
}

/* One request, or two of the same trace side by side. */
static int draw_requests(const struct command *self, const struct request *r)
{
	struct side side[2] = {0};
	struct err err = {""};
	size_t put, done;
	struct trace t;
	int rc = 0;

	if (!cmd_open(self, &t, r->dir[0]))
		return EXIT_TROUBLE;
	for (int i = 0; i < r->nio && !rc; i++) {
		rc = draw_io_find(&t, r->io[i], (u32)r->domain, &put, &done, &err);
		if (!rc)
			draw_io(&t, put, done, &side[i]);
	}
	if (!rc)
		rc = draw_file(&r->paper, &side[0], r->nio == 2 ? &side[1] : NULL, NULL, r->out,
			       NULL, &err);
	draw_side_free(&side[0]);
	draw_side_free(&side[1]);
	trace_close(&t);
	return rc ? cmd_fail(self, &err) : EXIT_OK;
}

static int draw_sides(const struct trace *t, const struct request *r, const struct side side[2],
		      struct err *err)
{
	bool many = r->all || r->ranged;
	struct paper paper = r->paper;
	struct bookmarks marks = {0};
	char title[160];
	size_t pages;
	int rc;

	if (!r->title && paper.w > 0)
		paper.title = request_title(t, r, title, sizeof(title));
	if (many)
		request_outline(t, r, &marks);
	rc = draw_file(&paper, &side[0], r->ndirs == 2 ? &side[1] : NULL, many ? &marks : NULL,
		       r->out, &pages, err);
	free(marks.v);
	if (!rc && pages > 1)
		fprintf(stderr, "tltrace draw: %zu pages\n", pages);
	return rc;
}

static int draw(const struct command *self, const struct request *r)
{
	struct side side[2] = {0};
	struct trace t[2];
	struct err err = {""};
	int opened = 0, rc = 0;

	for (; opened < r->ndirs && rc == 0; opened++) {
		if (!cmd_open(self, &t[opened], r->dir[opened])) {
			rc = EXIT_TROUBLE;
			break;
		}
		if (make_side(&t[opened], r, opened, &side[opened], &err))
			rc = cmd_fail(self, &err);
	}
	if (rc == 0 && opened == 2)
		draw_tell_apart(&t[0], &t[1], &side[0], &side[1]);
	if (rc == 0 && draw_sides(&t[0], r, side, &err))
		rc = cmd_fail(self, &err);
	while (opened-- > 0) {
		draw_side_free(&side[opened]);
		trace_close(&t[opened]);
	}
	return rc;
}

static int refuse(const char *what, const char *arg)
{
	fprintf(stderr, "tltrace draw: %s%s%s\n", what, arg ? ": " : "", arg ? arg : "");
	return EXIT_TROUBLE;
}

static int take_scale(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (end == text || *end || !(*out >= 0.5 && *out <= 3))
		return refuse("--font-scale takes a number from 0.5 to 3", text);
	return 0;
}

static bool is_text(const char *out)
{
	const char *dot = strrchr(out, '.');

	return !strcmp(dot, ".mmd") || !strcmp(dot, ".puml");
}

/* Returns 0, or the exit code. */
static int take_option(const struct command *self, struct request *r, int c)
{
	switch (c) {
	case 'f':
		if (r->nfaults == 2)
			return refuse("--fault may be given once for each trace", NULL);
		r->fault[r->nfaults++] = optarg;
		return 0;
	case 'i':
		if (r->nio == 2)
			return refuse("--io may be given twice", NULL);
		r->io[r->nio++] = optarg;
		return strcmp(optarg, "one") && strcmp(optarg, "most")
			   ? refuse("--io takes 'one' (a request that comes alone) or 'most' (the "
				    "largest batch)",
				    optarg)
			   : 0;
	case 'A':
		r->all = true;
		return 0;
	case 's':
		r->paper.steps = true;
		return 0;
	case 't':
		r->title = optarg;
		return 0;
	case 'z':
		r->sized = true;
		return paper_size(optarg, &r->paper)
			   ? 0
			   : refuse("--size takes 16:9, 4:3, a4 or fit", optarg);
	case 'm':
		return paper_theme(optarg, &r->paper.theme)
			   ? 0
			   : refuse("--theme takes light, dark or print", optarg);
	case 'L':
		r->labels = optarg;
		return 0;
	case 'c':
		r->scaled = true;
		return take_scale(optarg, &r->paper.scale);
	case 'l':
		return strcmp(optarg, "phase") ? refuse("--align takes only 'phase'", optarg) : 0;
	case 'd':
		return cmd_number(self, optarg, TRACE_NO_DOMAIN - 1, "domain", &r->domain)
			   ? 0
			   : EXIT_TROUBLE;
	case 'F':
	case 'T':
		r->ranged = true;
		return cmd_number(self, optarg, UINT64_MAX, "event number",
				  c == 'F' ? &r->from : &r->to)
			   ? 0
			   : EXIT_TROUBLE;
	}
	r->out = optarg;
	return 0;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"fault", required_argument, NULL, 'f'},
					     {"all", no_argument, NULL, 'A'},
					     {"domain", required_argument, NULL, 'd'},
					     {"align", required_argument, NULL, 'l'},
					     {"from", required_argument, NULL, 'F'},
					     {"to", required_argument, NULL, 'T'},
					     {"output", required_argument, NULL, 'o'},
					     {"io", required_argument, NULL, 'i'},
					     {"steps", no_argument, NULL, 's'},
					     {"title", required_argument, NULL, 't'},
					     {"size", required_argument, NULL, 'z'},
					     {"theme", required_argument, NULL, 'm'},
					     {"font-scale", required_argument, NULL, 'c'},
					     {"labels", required_argument, NULL, 'L'},
					     {"labels-template", no_argument, NULL, 'P'},
					     {0}};
	struct request r = {.domain = TRACE_NO_DOMAIN, .paper = paper_fit};
	struct err err;
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'P') {
			labels_template(stdout);
			return EXIT_OK;
		}
		code = take_option(self, &r, c);
		if (code)
			return code;
	}
	r.ndirs = argc - optind;
	if (r.ndirs != 2 && !cmd_args(self, argc, 1))
		return EXIT_TROUBLE;
	for (int i = 0; i < r.ndirs; i++)
		r.dir[i] = argv[optind + i];
	/* What is stepped through is a slide. */
	if (r.paper.steps && !r.sized)
		paper_size("16:9", &r.paper);
	if (!r.out)
		return refuse("say where to draw with -o FILE", NULL);
	if (!draw_format_known(r.out))
		return refuse("the file must end in " DRAW_FORMATS, r.out);
	if (r.paper.steps && is_text(r.out))
		return refuse("--steps is for .svg, .pdf and .png; this is one text", r.out);
	if (r.paper.theme && (is_text(r.out) || !strcmp(strrchr(r.out, '.'), ".dot")))
		return refuse("themes are for .svg, .pdf and .png", r.out);
	if (is_text(r.out) && (r.sized || r.scaled))
		return refuse("this is text: it has no size, and no letters to scale", r.out);
	if (r.nfaults == 2 && r.ndirs == 1)
		return refuse("a second --fault is for a second trace", NULL);
	if (r.nfaults && (r.all || r.ranged))
		return refuse("--fault chooses one episode; --all, --from and --to are without it",
			      NULL);
	if (r.nio && (r.ndirs == 2 || r.all || r.ranged || r.nfaults))
		return refuse("--io is for one trace, and chooses what is drawn", NULL);
	if (r.labels && labels_read(r.labels, &err))
		return cmd_fail(self, &err);
	/* Of a title of blanks nothing would be seen. */
	r.paper.title = r.title && r.title[strspn(r.title, " \t")] ? r.title : NULL;
	if (r.nio)
		return draw_requests(self, &r);
	if (r.ndirs == 2 && (r.all || r.ranged))
		return refuse("two traces are aligned by the phases of one page fault each; --all, "
			      "--from and --to are for one trace",
			      NULL);
	if (r.domain != TRACE_NO_DOMAIN && !r.all && !r.ranged)
		return refuse("a fault is of one domain anyway (--fault D:N); --domain goes with "
			      "--all, --from "
			      "and --to",
			      NULL);
	return draw(self, &r);
}

const struct command cmd_draw = {
    "draw",
    "DIR [DIR2] [--fault N|D:N|va=ADDRESS] -o FILE",
    "draw a trace, or two side by side, as a sequence diagram",
    "  -o FILE              FILE.svg, .pdf, .png or .dot. A PDF has all pages; of the others, "
    "each\n"
    "                       is a file: FILE-2 and so on, or by number, as in FILE-%02d.svg.\n"
    "                       FILE.mmd or .puml is text for Mermaid or PlantUML, to be changed by "
    "hand\n"
    "  --steps              slides: a page for each step, which shows what came before as well\n"
    "  --fault N            one fault episode; give it twice for two traces\n"
    "  --fault va=ADDRESS   the last page fault of an application at that address\n"
    "                       (without --fault: the last one that is whole)\n"
    "  --from N --to N      all events in this range\n"
    "  --all                all events\n"
    "  --io one, --io most  a request of a virtual disk, or the largest batch; both: side by side\n"
    "  --domain N           of these, only what this domain does; else each has lanes of its own\n"
    "  --align phase        how two traces are aligned; there is no other way\n"
    "  --size 16:9|4:3|a4|fit\n"
    "                       the page; on a slide, 13.33 inches wide, no letter is below 12 "
    "points\n"
    "                       (times --font-scale).\n"
    "                       fit, as large as the picture, unless --steps asks for slides\n"
    "  --theme light|dark|print   print: black on white\n"
    "  --font-scale N       larger letters (0.5 to 3); a page of given size says how large they "
    "may be\n"
    "  --title TEXT         over each page; '' for none. Without it, pages of given size say "
    "what\n"
    "                       ran, and which fault it is\n"
    "  --labels FILE        other words: a .po file, as of gettext; what it leaves out stays\n"
    "  --labels-template    write such a file, with all that is said, on stdout\n",
    run,
};

/* cmd_check.c: tltrace check: does a trace show what an expectation file says? */
#include "cmd/cmd.h"

#include "draw/draw_file.h"
#include "expect/expect.h"
#include "play/play.h"
#include "read/file.h"
#include "read/number.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool add_setting(const char *s, struct expect_vars *vars)
{
	const char *eq = strchr(s, '=');
	char name[EXPECT_NAME] = "";
	u64 n;

	if (!eq || eq == s || (size_t)(eq - s) >= sizeof(name) || !number_parse(eq + 1, &n))
		return false;
	memcpy(name, s, (size_t)(eq - s));
	return expect_set_var(vars, name, (s64)n);
}

/* Draw where trace and expectation part. */
static int diverge(const struct trace *t, const struct expect_miss *miss, const char *out,
		   struct err *err)
{
	struct side side;
	int rc;

	draw_divergence(t, miss, &side);
	rc = draw_file(&paper_fit, &side, NULL, NULL, out, NULL, err);
	draw_side_free(&side);
	return rc;
}

#define BEFORE 400 /* events that the page has, of those before the place and behind it */
#define BEHIND 100

/* Or let it be stepped through, as far as what happened has to do with it. */
static int step_through(const struct trace *t, const struct expect_miss *m, const char *out,
			struct err *err)
{
	size_t at = m->at != EXPECT_NO_EVENT ? m->at : m->pos > m->last ? m->last : m->pos;
	struct play_request r = {.t = {t},
				 .ntraces = 1,
				 .all = true,
				 .from = at > BEFORE ? at - BEFORE : 0,
				 .to = at + BEHIND < t->count ? at + BEHIND : t->count - 1,
				 .at = at,
				 .note = m->why,
				 .domain = TRACE_NO_DOMAIN};
	struct play_summary sum;

	return play_write(&r, out, &sum, err);
}

static bool is_page(const char *path)
{
	size_t n = strlen(path);

	return n > 5 && !strcmp(path + n - 5, ".html");
}

struct request {
	const char *dir, *file;
	const char *fault, *picture, *page; /* NULL: none */
	struct expect_vars preset;
};

static int check(const struct command *self, const struct request *q)
{
	struct expect_miss miss;
	struct sb report = {0};
	struct blob text;
	struct expect x;
	struct trace t;
	struct err err;
	int rc;

	if (file_read(q->file, 1 << 20, &text, &err))
		return cmd_fail(self, &err);
	rc = expect_parse(&x, q->file, (char *)text.data, text.size, &err);
	free(text.data);
	if (rc)
		return cmd_fail(self, &err);
	if (!cmd_open(self, &t, q->dir)) {
		expect_free(&x);
		return EXIT_TROUBLE;
	}
	cmd_warn_discarded(&t);
	rc = expect_run(&x, &t, &q->preset, q->fault, isatty(STDOUT_FILENO), &report, &miss, &err);
	if (rc < 0)
		rc = cmd_fail(self, &err);
	else if (rc > 0)
		fputs(report.s, stdout);
	else
		printf("%s: all %zu lines hold\n", q->file, x.count);
	if (rc > 0 && ((q->picture && diverge(&t, &miss, q->picture, &err)) ||
		       (q->page && step_through(&t, &miss, q->page, &err))))
		rc = cmd_fail(self, &err);
	sb_free(&report);
	expect_free(&x);
	trace_close(&t);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"fault", required_argument, NULL, 'f'},
					     {"set", required_argument, NULL, 's'},
					     {"diverge", required_argument, NULL, 'd'},
					     {0}};
	struct request q = {0};
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'f') {
			q.fault = optarg;
		} else if (c == 'd') {
			if (is_page(optarg) ? q.page : q.picture) {
				fprintf(stderr,
					"tltrace check: --diverge may be given twice, for a "
					"picture and for a page (.html)\n");
				return EXIT_TROUBLE;
			}
			*(is_page(optarg) ? &q.page : &q.picture) = optarg;
		} else if (!add_setting(optarg, &q.preset)) {
			fprintf(stderr, "tltrace check: --set takes NAME=NUMBER, not '%s'\n",
				optarg);
			return EXIT_TROUBLE;
		}
	}
	if (!cmd_args(self, argc, 2))
		return EXIT_TROUBLE;
	if (q.picture && !draw_format_known(q.picture)) {
		fprintf(stderr,
			"tltrace check: the picture must end in " DRAW_FORMATS
			", or in .html: %s\n",
			q.picture);
		return EXIT_TROUBLE;
	}
	q.dir = argv[optind];
	q.file = argv[optind + 1];
	return check(self, &q);
}

const struct command cmd_check = {
    "check",
    "DIR FILE.expect [--fault N|D:N|va=ADDRESS] [--set NAME=NUMBER] [--diverge OUT.svg]",
    "hold a trace against an expectation: which events, in which order",
    "  --fault ...         lines before any `episode` line speak of this episode\n"
    "  --set NAME=NUMBER   give $NAME a value; wins over `let` in the file\n"
    "  --diverge OUT.svg   if a line does not hold, draw the place: what was expected in grey,\n"
    "                      what came instead in red; also .pdf, .png and so on; to .html, a\n"
    "                      page that steps through what led there; may be given for both\n"
    "The language is described in trace/EXPECT.md. Exit code 1 if a line does not hold.\n",
    run,
};

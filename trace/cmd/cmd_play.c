/* cmd_play.c: tltrace play: a page in which one trace, or two side by side, are stepped through. */
#include "cmd/cmd.h"

#include "play/play.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <string.h>

static int refuse(const char *what, const char *arg)
{
	fprintf(stderr, "tltrace play: %s%s%s\n", what, arg ? ": " : "", arg ? arg : "");
	return EXIT_TROUBLE;
}

static bool is_html(const char *path)
{
	size_t n = strlen(path);

	return n > 5 && !strcmp(path + n - 5, ".html");
}

static int play(const struct command *self, struct play_request *r, char **dirs, const char *out)
{
	struct play_summary sum;
	struct trace t[2];
	struct err err;
	int opened = 0, rc = EXIT_OK;

	for (; opened < r->ntraces; opened++) {
		if (!cmd_open(self, &t[opened], dirs[opened])) {
			rc = EXIT_TROUBLE;
			break;
		}
		cmd_warn_discarded(&t[opened]);
		r->t[opened] = &t[opened];
	}
	if (rc == EXIT_OK && play_write(r, out, &sum, &err))
		rc = cmd_fail(self, &err);
	else if (rc == EXIT_OK)
		fprintf(stderr, "tltrace play: %zu steps in %zu scene%s\n", sum.rows, sum.scenes,
			sum.scenes == 1 ? "" : "s");
	if (rc == EXIT_OK && sum.left_out)
		fprintf(stderr,
			"tltrace play: %zu episodes are not in it: more vcpus ran in them than a "
			"picture has lanes for\n",
			sum.left_out);
	while (opened-- > 0)
		trace_close(&t[opened]);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"fault", required_argument, NULL, 'f'},
					     {"all", no_argument, NULL, 'A'},
					     {"domain", required_argument, NULL, 'd'},
					     {"output", required_argument, NULL, 'o'},
					     {0}};
	struct play_request r = {0};
	u64 domain = TRACE_NO_DOMAIN;
	const char *out = NULL;
	int c, code, nfaults = 0;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'f' && nfaults == 2)
			return refuse("--fault may be given once for each trace", NULL);
		if (c == 'f')
			r.fault[nfaults++] = optarg;
		else if (c == 'A')
			r.all = true;
		else if (c == 'o')
			out = optarg;
		else if (!cmd_number(self, optarg, TRACE_NO_DOMAIN - 1, "domain", &domain))
			return EXIT_TROUBLE;
	}
	r.ntraces = argc - optind;
	r.domain = (u32)domain;
	if (r.ntraces != 2 && !cmd_args(self, argc, 1))
		return EXIT_TROUBLE;
	if (!out)
		return refuse("say which page to write with -o FILE.html", NULL);
	if (!is_html(out))
		return refuse("the file must end in .html", out);
	if (r.ntraces == 2 && r.all)
		return refuse(
		    "two traces are aligned by the phases of one page fault each; --all is "
		    "for one trace",
		    NULL);
	if (domain != TRACE_NO_DOMAIN && !r.all)
		return refuse(
		    "a fault is of one domain anyway (--fault D:N); --domain goes with --all",
		    NULL);
	return play(self, &r, argv + optind, out);
}

const struct command cmd_play = {
    "play",
    "DIR [DIR2] [--fault N|D:N|va=ADDRESS] -o FILE.html",
    "write a page in which a trace, or two side by side, are stepped through",
    "  -o FILE.html         the page: one file, which needs no network and nothing else\n"
    "  --fault N            the page fault to begin with; give it twice for two traces, which are\n"
    "                       then side by side (without --fault: the last one that is whole)\n"
    "  --fault va=ADDRESS   the last page fault of an application at that address\n"
    "  --all                all events, not only the applications' page faults; of one trace\n"
    "  --domain N           of these, only what this domain does\n"
    "All page faults of applications are in the page, to choose from. Of two traces, those at one\n"
    "address that the guest has seen are side by side, the last with the last, and so on; both\n"
    "designs advance together, phase by phase. The steps are those of `tltrace draw`, but what\n"
    "repeats is not folded; the cost of the last step is that of `tltrace stats`.\n",
    run,
};

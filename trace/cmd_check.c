/* cmd_check.c: tltrace check: does a trace show what an expectation file says? */
#include "cmd.h"

#include "expect.h"
#include "file.h"
#include "number.h"

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

static int check(const struct command *self, const char *dir, const char *file, const char *fault,
		 const struct expect_vars *preset)
{
	struct sb report = {0};
	struct blob text;
	struct expect x;
	struct trace t;
	struct err err;
	int rc;

	if (file_read(file, 1 << 20, &text, &err))
		return cmd_fail(self, &err);
	rc = expect_parse(&x, file, (char *)text.data, text.size, &err);
	free(text.data);
	if (rc)
		return cmd_fail(self, &err);
	if (!cmd_open(self, &t, dir)) {
		expect_free(&x);
		return EXIT_TROUBLE;
	}
	cmd_warn_discarded(&t);
	rc = expect_run(&x, &t, preset, fault, isatty(STDOUT_FILENO), &report, &err);
	if (rc < 0)
		rc = cmd_fail(self, &err);
	else if (rc > 0)
		fputs(report.s, stdout);
	else
		printf("%s: all %zu lines hold\n", file, x.count);
	sb_free(&report);
	expect_free(&x);
	trace_close(&t);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {
	    {"fault", required_argument, NULL, 'f'}, {"set", required_argument, NULL, 's'}, {0}};
	struct expect_vars preset = {0};
	const char *fault = NULL;
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'f') {
			fault = optarg;
		} else if (!add_setting(optarg, &preset)) {
			fprintf(stderr, "tltrace check: --set takes NAME=NUMBER, not '%s'\n",
				optarg);
			return EXIT_TROUBLE;
		}
	}
	if (!cmd_args(self, argc, 2))
		return EXIT_TROUBLE;
	return check(self, argv[optind], argv[optind + 1], fault, &preset);
}

const struct command cmd_check = {
    "check",
    "DIR FILE.expect [--fault N|D:N|va=ADDRESS] [--set NAME=NUMBER]",
    "hold a trace against an expectation: which events, in which order",
    "  --fault ...         lines before any `episode` line speak of this episode\n"
    "  --set NAME=NUMBER   give $NAME a value; wins over `let` in the file\n"
    "The language is described in trace/EXPECT.md. Exit code 1 if a line does not hold.\n",
    run,
};

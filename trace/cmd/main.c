/* main.c: tltrace's command line: which command, and how each is used. */
#include "cmd/cmd.h"

#include "read/number.h"
#include "trapline/ring.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static void usage(const struct command *c, FILE *to)
{
	fprintf(to, "usage: tltrace %s %s\n%s\n%s", c->name, c->args, c->summary, c->help);
}

static void help(FILE *to)
{
	fprintf(to, "usage: tltrace COMMAND ...\n"
		    "Read, check and draw what the hypervisor recorded.\n\n");
	for (size_t i = 0; commands[i]; i++)
		fprintf(to, "  %-11s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(to, "\n`tltrace COMMAND --help` tells more. Exit codes: 0 all is well, 1 a check "
		    "failed or traces differ, 2 usage or file trouble, 3 out of memory.\n");
}

/* SVG, PDF and pages hold what is given as text: as UTF-8, as JSON has it. */
static bool is_text(const char *value)
{
	json_t *s = json_string(value);

	json_decref(s);
	return s;
}

/* Of two values that one option is given, the first would be lost without a word; but for those of
 * which a command takes several. */
static bool given_twice(const struct command *self, int c, const char *name)
{
	static const struct {
		const char *command, *option;
	} several[] = {{"draw", "fault"},     {"draw", "io"},	{"play", "fault"},
		       {"play", "guest-elf"}, {"check", "set"}, {"check", "diverge"},
		       {"dump", "event"}};
	static bool given[128];
	bool before;

	for (size_t i = 0; i < ARRAY_SIZE(several); i++)
		if (!strcmp(several[i].command, self->name) && !strcmp(several[i].option, name))
			return false;
	if (c < 0 || c >= 128)
		return false;
	before = given[c];
	given[c] = true;
	if (before)
		fprintf(stderr, "tltrace %s: %s%s is given twice: which?\n", self->name,
			c == 'o' ? "-" : "--", name);
	return before;
}

int cmd_getopt(const struct command *self, int argc, char **argv, const struct option *opts,
	       int *code)
{
	struct option all[24] = {{"help", no_argument, NULL, 'h'}};
	size_t n = 1;
	int c, which = 0;

	for (; opts && opts->name && n + 1 < ARRAY_SIZE(all); opts++)
		all[n++] = *opts;
	opterr = 0;
	c = getopt_long(argc, argv, ":ho:", all, &which);
	if (c == 'h') {
		usage(self, stdout);
		*code = EXIT_OK;
		return '?';
	}
	/* Some have -o; elsewhere it is as unknown as any other letter. */
	if (c == 'o' && !strstr(self->args, "-o "))
		c = '?';
	if (c == '?' || c == ':') {
		const char *what = c == ':' ? "this option needs a value" : "unknown option";

		fprintf(stderr, "tltrace %s: %s: %s\n", self->name, what,
			argv[optind > 1 ? optind - 1 : 1]);
		usage(self, stderr);
		*code = EXIT_TROUBLE;
		return '?';
	}
	if (c != -1 && c != 'o' && optarg &&
	    (!strcmp(all[which].name, "title") || !strcmp(all[which].name, "note")) &&
	    !is_text(optarg)) {
		fprintf(stderr, "tltrace %s: --%s is no UTF-8\n", self->name, all[which].name);
		*code = EXIT_TROUBLE;
		return '?';
	}
	if (c != -1 && optarg && given_twice(self, c, c == 'o' ? "o" : all[which].name)) {
		*code = EXIT_TROUBLE;
		return '?';
	}
	return c;
}

bool cmd_args(const struct command *self, int argc, int n)
{
	if (argc - optind == n)
		return true;
	fprintf(stderr, "tltrace %s: %s arguments\n", self->name,
		argc - optind < n ? "too few" : "too many");
	usage(self, stderr);
	return false;
}

int cmd_fail(const struct command *self, const struct err *err)
{
	fprintf(stderr, "tltrace %s: %s\n", self->name, err->text);
	return EXIT_TROUBLE;
}

bool cmd_number(const struct command *self, const char *text, u64 most, const char *what, u64 *out)
{
	if (number_parse(text, out) && *out <= most)
		return true;
	fprintf(stderr, "tltrace %s: this is no %s: %s\n", self->name, what, text);
	return false;
}

bool cmd_has_domain(const struct command *self, struct trace *t, u32 domain)
{
	if (domain == TRACE_NO_DOMAIN || domains_have(&t->domains, domain))
		return true;
	fprintf(stderr, "tltrace %s: %s: there is no domain %u in it; tltrace info lists them\n",
		self->name, t->name, domain);
	trace_close(t);
	return false;
}

bool cmd_open(const struct command *self, struct trace *t, const char *dir)
{
	struct err err;

	if (trace_open(t, dir, &err) == 0)
		return true;
	cmd_fail(self, &err);
	return false;
}

void cmd_warn_discarded(const struct trace *t)
{
	if (t->discarded)
		fprintf(stderr,
			"tltrace: %s: %llu events found the ring full and are missing; a larger "
			"ring or fewer classes (trace=) would keep them\n",
			t->name, (unsigned long long)t->discarded);
}

int main(int argc, char **argv)
{
	unsetenv("POSIXLY_CORRECT"); /* options may stand behind a trace's name, everywhere */
	if (argc < 2) {
		help(stderr);
		return EXIT_TROUBLE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help(stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(argv[1], commands[i]->name))
			return commands[i]->run(commands[i], argc - 1, argv + 1);
	fprintf(stderr, "tltrace: no command '%s'\n", argv[1]);
	help(stderr);
	return EXIT_TROUBLE;
}

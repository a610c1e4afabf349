/*
 * oracle.c: `same = ERE` of lab.conf: the bare machine knows what is right. The test's guest is run
 * on it, too, and the lines that match must be those that the guest has sent from its domain.
 *
 * That run has nothing of the student's in it, so it is made once for each guest, scenario and
 * seed: its console is kept, under a hash of all that it depends on. Several jobs may look for the
 * same one at once; then each makes it, and the last to be named stays.
 */
#include "grade.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BARE_CPU    20 /* seconds */
#define BARE_WALL   300
#define MAX_CONSOLE (1 << 20)
#define SHOWN	    3 /* lines before a difference */

/* The words of the run, with another machine. What only a hypervisor heeds is left out, so that
 * tests which differ in that ask for the same run. */
static void bare_words(const struct test *t, unsigned seed, struct list *words)
{
	static const char *const ours[] = {
	    "MMU=",	  "TRACE=",  "ISOLATION=", "EMU=",	"EXTRA=",
	    "SENSITIVE=", "TABLES=", "INTLOG=",	   "QEMU_ARGS="};
	struct list all = {0};
	char *word = text("SEED=%u", seed);

	list_split(&all, t->run);
	list_add(words, "MMU=none");
	list_add(words, word);
	for (size_t i = 0; i < all.nr; i++) {
		bool left_out = false;

		for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
			left_out |= !strncmp(all.at[i], ours[k], strlen(ours[k]));
		if (!left_out)
			list_add(words, all.at[i]);
	}
	list_free(&all);
	free(word);
}

static uint64_t key(const struct session *s, const struct list *words)
{
	static const char *const files[] = {"tools/run", "build/guest/finch-native.elf",
					    "build/guest/initrd.cpio"};
	uint64_t h = HASH_START;

	for (size_t i = 0; i < words->nr; i++) {
		const char *word = words->at[i];

		h = hash_bytes(h, word, strlen(word) + 1);
		if (!strncmp(word, "GUEST_ELF=", strlen("GUEST_ELF="))) {
			char *path = text("%s/%s", s->tree, word + strlen("GUEST_ELF="));

			h = hash_file(h, path);
			free(path);
		}
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *path = text("%s/%s", s->tree, files[i]);

		h = hash_file(h, path);
		free(path);
	}
	return h;
}

/* @return tools/run's status; it leaves DIR/run.console */
static int run_bare(const struct session *s, struct list *words, const char *dir, char *output,
		    size_t size)
{
	const char *argv[32] = {"tools/run"};
	struct command c = {.argv = argv,
			    .dir = s->tree,
			    .cpu = BARE_CPU,
			    .wall = BARE_WALL,
			    .file = MAX_CONSOLE,
			    .output = output,
			    .output_size = size};
	char *out = text("OUT=%s/run", dir);
	size_t n = 1;

	list_add(words, "LIMIT=0");
	list_add(words, out);
	for (size_t i = 0; i < words->nr && n < 31; i++)
		argv[n++] = words->at[i];
	free(out);
	return command_run(&c);
}

/* The bare machine's console, or NULL: then `r` says what is wrong with the machine, or the lab. */
static char *bare_console(const struct session *s, const struct test *t, unsigned seed,
			  struct result *r)
{
	struct list words = {0};
	char output[600] = "no directory for its console", *dir, *kept, *work, *made, *console;

	make_dirs(s->bare);
	dir = realpath(s->bare, NULL);
	bare_words(t, seed, &words);
	kept = text("%s/%016llx", dir, (unsigned long long)key(s, &words));
	work = text("%s.XXXXXX", kept);
	console = read_file(kept, MAX_CONSOLE, true);
	if (!console && mkdtemp(work)) {
		made = text("%s/run.console", work);
		if (run_bare(s, &words, work, output, sizeof(output)) < 124 && !rename(made, kept))
			console = read_file(kept, MAX_CONSOLE, true);
		free(made);
		remove_tree(work);
	}
	if (!console) {
		r->verdict = UNGRADED;
		put_text(r->why, sizeof(r->why), "the bare machine did not run: %s", output);
	}
	free(dir), free(kept), free(work);
	list_free(&words);
	return console;
}

/* The lines that match. */
static void lines_like(const char *console, const char *pattern, struct list *lines)
{
	regex_t re;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB))
		die("bad regular expression in lab.conf: %s", pattern);
	while (*console) {
		size_t n = strcspn(console, "\n");
		char *line = strndup(console, n);

		if (regexec(&re, line, 0, NULL, 0) == 0)
			list_add(lines, line);
		free(line);
		console += n + (console[n] == '\n');
	}
	regfree(&re);
}

/* Where they part; if nowhere, behind the last of both. */
static size_t first_difference(const struct list *a, const struct list *b)
{
	size_t i = 0;

	while (i < a->nr && i < b->nr && !strcmp(a->at[i], b->at[i]))
		i++;
	return i;
}

static void tell(const struct list *bare, const struct list *heard, size_t at, struct result *r)
{
	char before[600] = "";

	for (size_t i = at > SHOWN ? at - SHOWN : 0; i < at; i++) {
		char *more = text("%s  both:                   %.150s\n", before, bare->at[i]);

		put_text(before, sizeof(before), "%s", more);
		free(more);
	}
	put_text(r->why, sizeof(r->why),
		 "the guest does not see what it sees on the bare machine\n%s"
		 "  on the bare machine:    %.900s\n  under your hypervisor:  %.900s",
		 before, at < bare->nr ? bare->at[at] : "nothing more",
		 at < heard->nr ? heard->at[at] : "nothing more");
	r->verdict = FAILED;
}

bool same_as_bare(const struct session *s, const struct test *t, const char *heard,
		  const char *console, struct result *r)
{
	struct list want = {0}, got = {0}, printed = {0};
	char *bare;
	size_t at;
	bool same;

	if (!t->same)
		return true;
	bare = bare_console(s, t, r->seed, r);
	if (!bare)
		return false;
	lines_like(bare, t->same, &want);
	lines_like(heard, t->same, &got);
	lines_like(console, t->same, &printed);
	at = first_difference(&want, &got);
	same = want.nr && at == want.nr && at == got.nr;
	if (!want.nr) {
		r->verdict = UNGRADED;
		put_text(r->why, sizeof(r->why), "the bare machine has no line like %s", t->same);
	} else if (!same && first_difference(&want, &printed) > at) {
		r->verdict = UNCONFIRMED;
		put_text(r->why, sizeof(r->why),
			 "the CPU does not confirm the console: no guest has sent:  %s",
			 want.at[at]);
	} else if (!same) {
		tell(&want, &got, at, r);
	}
	list_free(&want), list_free(&got), list_free(&printed);
	free(bare);
	return same;
}

void as_far_as_bare(const struct session *s, const struct test *t, const char *console,
		    struct result *r)
{
	struct list want = {0}, got = {0};
	struct result other = {.seed = r->seed};
	char *bare = t->same ? bare_console(s, t, r->seed, &other) : NULL;
	size_t at, n = strlen(r->why);

	if (!bare)
		return;
	lines_like(bare, t->same, &want);
	lines_like(console, t->same, &got);
	at = first_difference(&want, &got);
	if (n && r->why[n - 1] == '\n')
		n--;
	if (at < want.nr)
		put_text(r->why + n, sizeof(r->why) - n,
			 "\n  the last line of both:        %.200s\n"
			 "  then the bare machine says:   %.300s\n"
			 "  and under your hypervisor:    %.300s",
			 at ? want.at[at - 1] : "none", want.at[at],
			 at < got.nr ? got.at[at] : "nothing more");
	list_free(&want), list_free(&got);
	free(bare);
}

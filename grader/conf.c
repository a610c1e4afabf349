/* conf.c: lab.conf: which files are the student's, which stages there are, how each is tested. */
#include "grade.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where we are in the file. */
struct parse {
	const char *path;
	int line;
	struct lab *lab;
	struct stage *stage;
	struct test *test;
};

static void wrong(const struct parse *p, const char *what, const char *word)
{
	die("%s:%d: %s '%s'", p->path, p->line, what, word);
}

/* [lab], [stage ID] or [test NAME]. All stages come before the first test. */
static void section(struct parse *p, char *s)
{
	struct lab *lab = p->lab;
	char *end = strchr(s, ']'), *arg;

	if (!end)
		wrong(p, "no ] in", s);
	*end = '\0';
	arg = strchr(s, ' ');
	if (arg)
		*arg++ = '\0';
	p->stage = NULL;
	p->test = NULL;
	if (!strcmp(s, "stage") && arg && !lab->nr_tests) {
		lab->stages = realloc(lab->stages, (lab->nr_stages + 1) * sizeof(*lab->stages));
		p->stage = &lab->stages[lab->nr_stages++];
		*p->stage = (struct stage){.id = copy(trim(arg))};
	} else if (!strcmp(s, "test") && arg) {
		lab->tests = realloc(lab->tests, (lab->nr_tests + 1) * sizeof(*lab->tests));
		p->test = &lab->tests[lab->nr_tests++];
		*p->test = (struct test){.name = copy(trim(arg)), .seeds = 1, .alone = -1};
	} else if (strcmp(s, "lab")) {
		wrong(p, "unknown section", s);
	}
}

static char **stage_key(struct stage *s, const char *key)
{
	return !strcmp(key, "title")  ? &s->title
	       : !strcmp(key, "todo") ? &s->todo
	       : !strcmp(key, "read") ? &s->read
				      : NULL;
}

static char **test_key(struct test *t, const char *key)
{
	return !strcmp(key, "title")	 ? &t->title
	       : !strcmp(key, "run")	 ? &t->run
	       : !strcmp(key, "expect")	 ? &t->expect
	       : !strcmp(key, "same")	 ? &t->same
	       : !strcmp(key, "program") ? &t->program
					 : NULL;
}

/* The keys whose value is a whole number from 0. */
static int *test_number(struct test *t, const char *key)
{
	return !strcmp(key, "points")  ? &t->points
	       : !strcmp(key, "alone") ? &t->alone
	       : !strcmp(key, "exit")  ? &t->exit
	       : !strcmp(key, "seeds") ? &t->seeds
	       : !strcmp(key, "ticks") ? &t->ticks
				       : NULL;
}

static bool set_test(struct parse *p, const char *key, const char *value)
{
	struct test *t = p->test;
	int *number = test_number(t, key);

	if (number) {
		if (!whole(value, INT_MAX, number) || t->seeds < 1)
			wrong(p, text("%s: not such a number:", key), value);
	} else if (!strcmp(key, "stage")) {
		t->stage = lab_stage(p->lab, value);
		if (!t->stage)
			wrong(p, "no such stage", value);
	} else if (!strcmp(key, "needs")) {
		list_split(&t->needs, value);
	} else if (!strcmp(key, "let")) {
		list_add(&t->let, value);
	} else if (!strcmp(key, "console")) {
		list_add(&t->console, value);
	} else if (!strcmp(key, "said")) {
		list_add(&t->said, value);
	} else if (!strcmp(key, "hint")) {
		list_add(&t->hints, value);
	} else if (!strcmp(key, "emu")) {
		t->bochs = !strcmp(value, "bochs");
		if (!t->bochs && strcmp(value, "qemu"))
			wrong(p, "neither qemu nor bochs:", value);
	} else {
		return false;
	}
	return true;
}

static void set(struct parse *p, const char *key, const char *value)
{
	char **place = NULL;

	if (p->test) {
		if (set_test(p, key, value))
			return;
		place = test_key(p->test, key);
	} else if (p->stage) {
		if (!strcmp(key, "needs")) {
			list_split(&p->stage->needs, value);
			return;
		}
		place = stage_key(p->stage, key);
	} else if (!strcmp(key, "title")) {
		place = &p->lab->title;
	} else if (!strcmp(key, "file")) {
		list_add(&p->lab->files, value);
		return;
	} else if (!strcmp(key, "hint")) {
		list_add(&p->lab->hints, value);
		return;
	} else if (policy_key(&p->lab->policy, key, value, p->path, p->line)) {
		return;
	} else if (!strcmp(key, "scenario") || !strcmp(key, "wrong") || !strcmp(key, "run")) {
		return; /* grader/scenario's, and grader/handout's */
	}
	if (!place)
		wrong(p, "unknown key", key);
	free(*place);
	*place = copy(value);
}

/* A typing error is mended by who sees the right names. */
static void __attribute__((noreturn)) no_lab(const char *tree, const char *name)
{
	char *pattern = text("%s/labs/*/lab.conf", tree), known[1000] = "";
	glob_t g;

	if (glob(pattern, 0, NULL, &g) == 0)
		for (size_t i = 0; i < g.gl_pathc; i++) {
			size_t n = strlen(known);

			*strrchr(g.gl_pathv[i], '/') = '\0';
			put_text(known + n, sizeof(known) - n, " %s", base_name(g.gl_pathv[i]));
		}
	globfree(&g);
	free(pattern);
	die("no such lab: %s; there are%s", name, *known ? known : " none here");
}

char *lab_name(const char *word)
{
	size_t n = strlen(word);
	char *trimmed, *name;

	while (n && word[n - 1] == '/')
		n--;
	trimmed = text("%.*s", (int)n, word);
	name = copy(base_name(trimmed));
	free(trimmed);
	return name;
}

void lab_check(const char *tree, const char *name)
{
	char *path = text("%s/labs/%s/lab.conf", tree, name);

	if (access(path, R_OK))
		no_lab(tree, name);
	free(path);
}

struct lab *lab_load(const char *tree, const char *word)
{
	char *name = lab_name(word);
	struct lab *lab = calloc(1, sizeof(*lab));
	struct parse p = {.lab = lab};
	char *path = text("%s/labs/%s/lab.conf", tree, name), line[4096], *s, *eq;
	FILE *f = fopen(path, "r");

	if (!f)
		no_lab(tree, word);
	p.path = path;
	policy_none(&lab->policy);
	lab->name = name;
	lab->dir = text("%s/labs/%s", tree, name);
	while (fgets(line, sizeof(line), f)) {
		p.line++;
		s = trim(line);
		if (!*s || *s == '#')
			continue;
		if (*s == '[') {
			section(&p, s + 1);
			continue;
		}
		eq = strchr(s, '=');
		if (!eq)
			wrong(&p, "neither a section nor key = value:", s);
		*eq = '\0';
		set(&p, trim(s), trim(eq + 1));
	}
	fclose(f);
	lab_complete(lab, path);
	free(path);
	return lab;
}

void lab_free(struct lab *lab)
{
	for (size_t i = 0; i < lab->nr_tests; i++) {
		struct test *t = &lab->tests[i];

		free(t->name), free(t->title), free(t->run), free(t->expect), free(t->same),
		    free(t->program);
		list_free(&t->needs), list_free(&t->let), list_free(&t->console),
		    list_free(&t->said), list_free(&t->hints);
	}
	for (size_t i = 0; i < lab->nr_stages; i++) {
		struct stage *s = &lab->stages[i];

		free(s->id), free(s->title), free(s->todo), free(s->read);
		list_free(&s->needs);
	}
	list_free(&lab->files), list_free(&lab->hints);
	free(lab->name), free(lab->dir), free(lab->title), free(lab->tests), free(lab->stages);
	free(lab);
}

/* conf.c: lab.conf: which files are the student's, which stages there are, how each is tested. */
#include "grade.h"

#include <dirent.h>
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

static const struct stage *find_stage(const struct lab *lab, const char *id)
{
	for (size_t i = 0; i < lab->nr_stages; i++)
		if (!strcmp(lab->stages[i].id, id))
			return &lab->stages[i];
	return NULL;
}

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

static bool set_test(struct parse *p, const char *key, const char *value)
{
	struct test *t = p->test;

	if (!strcmp(key, "stage")) {
		t->stage = find_stage(p->lab, value);
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
	} else if (!strcmp(key, "points")) {
		t->points = atoi(value);
		p->lab->points += t->points;
	} else if (!strcmp(key, "alone")) {
		t->alone = atoi(value);
	} else if (!strcmp(key, "exit")) {
		t->exit = atoi(value);
	} else if (!strcmp(key, "emu")) {
		t->bochs = !strcmp(value, "bochs");
		if (!t->bochs && strcmp(value, "qemu"))
			wrong(p, "neither qemu nor bochs:", value);
	} else if (!strcmp(key, "seeds")) {
		t->seeds = atoi(value);
		if (t->seeds < 1)
			wrong(p, "not a number of seeds:", value);
	} else if (!strcmp(key, "ticks")) {
		t->ticks = atoll(value);
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

/* As hash_file(), but what only says what counts makes no other version. */
static uint64_t hash_conf(uint64_t h, const char *conf)
{
	char *all = read_file(conf, 1 << 20, false);

	h = hash_bytes(h, base_name(conf), strlen(base_name(conf)) + 1);
	for (char *line = all, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		end += *end == '\n';
		if (!is_policy(line))
			h = hash_bytes(h, line, (size_t)(end - line));
	}
	free(all);
	return h;
}

/* What makes a test fail in another way than before is another version of the lab. */
static uint64_t version(const struct lab *lab, const char *conf)
{
	char *dir = text("%s/tests", lab->dir);
	uint64_t h = hash_conf(HASH_START, conf);
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *path = text("%s/%s", dir, names[i]->d_name);

		if (names[i]->d_name[0] != '.')
			h = hash_file(h, path);
		free(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	free(dir);
	return h;
}

/* In the order of the stages, whatever the order in the file. */
static int by_stage(const void *a, const void *b)
{
	const struct test *x = a, *y = b;

	return x->stage != y->stage ? (x->stage > y->stage) - (x->stage < y->stage)
				    : x->number - y->number;
}

static void check(const struct lab *lab, const char *path)
{
	if (!lab->files.nr || !lab->nr_tests)
		die("%s: no file, or no test", path);
	for (size_t i = 0; i < lab->nr_tests; i++) {
		struct test *t = &lab->tests[i];

		if (!t->stage || !t->run)
			die("%s: test '%s' has no stage or no run", path, t->name);
		t->number = (int)i;
		if (t->alone < 0)
			t->alone = t->points;
		t->untraced = t->program || strstr(t->run, "TRACE=off");
		if (t->untraced && t->expect)
			die("%s: test '%s' has no trace to expect anything of", path, t->name);
		if (t->bochs && t->ticks)
			die("%s: test '%s': in Bochs nobody counts instructions", path, t->name);
		if (t->same && t->bochs)
			die("%s: test '%s': Bochs has no log that could confirm `same`", path,
			    t->name);
		for (size_t k = 0; k < t->stage->needs.nr; k++)
			if (!list_has(&t->needs, t->stage->needs.at[k]))
				list_add(&t->needs, t->stage->needs.at[k]);
		for (size_t k = 0; k < t->needs.nr; k++)
			if (!find_stage(lab, t->needs.at[k]))
				die("%s: test '%s' needs stage '%s': there is none", path, t->name,
				    t->needs.at[k]);
	}
	qsort(lab->tests, lab->nr_tests, sizeof(*lab->tests), by_stage);
}

/* Stages must not need each other in a circle: nobody could begin. */
static void check_order(const struct lab *lab, const char *path)
{
	bool *reached = calloc(lab->nr_stages, sizeof(*reached)), progress = true;

	while (progress) {
		progress = false;
		for (size_t k = 0; k < lab->nr_stages; k++) {
			bool ready = !reached[k];

			for (size_t i = 0; i < lab->nr_tests && ready; i++)
				for (size_t n = 0; n < lab->tests[i].needs.nr; n++)
					if (lab->tests[i].stage == &lab->stages[k] &&
					    !reached[find_stage(lab, lab->tests[i].needs.at[n]) -
						     lab->stages])
						ready = false;
			if (ready)
				reached[k] = progress = true;
		}
	}
	for (size_t k = 0; k < lab->nr_stages; k++)
		if (!reached[k])
			die("%s: stage %s needs, in the end, itself", path, lab->stages[k].id);
	free(reached);
}

static const struct policy no_policy = {.last_day = -1, .answers = 20};

void policy_load(struct policy *p, const char *tree, const char *name)
{
	char *path = text("%s/labs/%s/lab.conf", tree, name), line[4096], *eq;
	FILE *f = fopen(path, "r");
	int nr = 0;

	if (f)
		*p = no_policy;
	while (f && fgets(line, sizeof(line), f)) {
		nr++;
		if (!is_policy(line) || !(eq = strchr(line, '=')))
			continue;
		*eq = '\0';
		policy_key(p, trim(line), trim(eq + 1), path, nr);
	}
	if (f)
		fclose(f);
	free(path);
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
	lab->policy = no_policy;
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
	check(lab, path);
	check_order(lab, path);
	lab->version = version(lab, path);
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

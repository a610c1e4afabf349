/* lab.c: a lab as a whole, when lab.conf has been read: is it one that can be graded, and which
 * version of it is this? */
#include "grade.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

const struct stage *lab_stage(const struct lab *lab, const char *id)
{
	for (size_t i = 0; i < lab->nr_stages; i++)
		if (!strcmp(lab->stages[i].id, id))
			return &lab->stages[i];
	return NULL;
}

/* In the order of the stages, whatever the order in the file. */
static int by_stage(const void *a, const void *b)
{
	const struct test *x = a, *y = b;

	return x->stage != y->stage ? (x->stage > y->stage) - (x->stage < y->stage)
				    : x->number - y->number;
}

static void check_tests(struct lab *lab, const char *path)
{
	if (!lab->files.nr || !lab->nr_tests)
		die("%s: no file, or no test", path);
	for (size_t i = 0; i < lab->nr_tests; i++) {
		struct test *t = &lab->tests[i];

		if (!t->stage || !t->run)
			die("%s: test '%s' has no stage or no run", path, t->name);
		t->number = (int)i;
		lab->points += t->points;
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
			if (!lab_stage(lab, t->needs.at[k]))
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
					    !reached[lab_stage(lab, lab->tests[i].needs.at[n]) -
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
static uint64_t version_of(const struct lab *lab, const char *conf)
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

void lab_complete(struct lab *lab, const char *path)
{
	check_tests(lab, path);
	check_order(lab, path);
	lab->version = version_of(lab, path);
}

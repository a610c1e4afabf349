/*
 * report_json.c: Gradescope's results.json and Autolab's last line.
 * https://gradescope-autograders.readthedocs.io/en/latest/specs/ and
 * https://docs.autolabproject.com/lab/
 */
#include "grade.h"

#include <stdlib.h>
#include <string.h>

static json_t *one_test(const struct session *s, size_t i)
{
	const struct test *t = &s->lab->tests[i];
	const struct result *r = &s->results[i];
	char *name = text("%s %s: %s", t->stage->id, t->name, t->title ? t->title : "");
	char *number = text("%zu.%zu", (size_t)(t->stage - s->lab->stages) + 1, i + 1);
	bool passed = r->done && r->verdict == PASSED;
	const char *lacks = session_lacks(s, i);
	char *output = passed && lacks ? text("passes, but needs %s", lacks)
		       : passed	       ? copy("")
		       : !r->done      ? copy(not_run(s, i))
				       : text("%s: %s", verdict_names[r->verdict], r->why);
	json_t *j = json_pack("{s:i, s:i, s:s, s:s, s:s, s:s, s:[s], s:s}", "score",
			      session_points(s, i), "max_score", t->points, "status",
			      passed ? "passed" : "failed", "name", name, "number", number,
			      "output", output, "tags", t->stage->id, "visibility", "visible");

	free(name), free(number), free(output);
	if (!j)
		die("a text that is not UTF-8");
	return j;
}

json_t *report_gradescope(const struct session *s)
{
	json_t *tests = json_array();
	double seconds = 0;
	char *output = text("%s, seed %u, lab version %016llx%s%s%s%s", s->lab->name, s->seed,
			    (unsigned long long)s->lab->version, s->notes && *s->notes ? "\n" : "",
			    s->notes ? s->notes : "", s->build_log[0] && !s->built ? "\n" : "",
			    s->built ? "" : s->build_log);

	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		json_array_append_new(tests, one_test(s, i));
		seconds += s->results[i].seconds;
	}
	json_t *j =
	    json_pack("{s:i, s:i, s:s, s:s, s:s, s:o, s:[]}", "score", session_score(s),
		      "execution_time", (int)(seconds + 0.5), "output", output, "visibility",
		      "visible", "stdout_visibility", "hidden", "tests", tests, "leaderboard");

	free(output);
	return j;
}

void report_autolab(const struct session *s, FILE *f)
{
	json_t *scores = json_object(), *j;
	char *line;

	for (size_t k = 0; k < s->lab->nr_stages; k++) {
		int got = 0;

		for (size_t i = 0; i < s->lab->nr_tests; i++)
			if (s->lab->tests[i].stage == &s->lab->stages[k])
				got += session_points(s, i);
		json_object_set_new(scores, s->lab->stages[k].id, json_integer(got));
	}
	j = json_pack("{s:o}", "scores", scores);
	line = json_dumps(j, JSON_COMPACT);
	if (s->notes && *s->notes)
		fprintf(f, "%s\n", s->notes);
	fprintf(f, "%s\n", line);
	free(line);
	json_decref(j);
}

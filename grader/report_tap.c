/* report_tap.c: Test Anything Protocol, version 14 (testanything.org). */
#include "grade.h"

#include <string.h>

/* In a description `#` begins a directive and `\` an escape. */
static void description(FILE *f, const char *s)
{
	for (; *s; s++) {
		if (*s == '#' || *s == '\\')
			fputc('\\', f);
		fputc(*s == '\n' ? ' ' : *s, f);
	}
}

void report_tap(const struct session *s, FILE *f)
{
	fprintf(f, "TAP version 14\n1..%zu\n# %s, seed %u, %d/%d points\n", s->lab->nr_tests,
		s->lab->name, s->seed, session_score(s), s->lab->points);
	if (s->notes && *s->notes)
		fprintf(f, "# %s\n", s->notes);
	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		const struct test *t = &s->lab->tests[i];
		const struct result *r = &s->results[i];
		bool skipped = r->verdict == SKIPPED || !r->done;

		fprintf(f, "%sok %zu - %s ", r->verdict == PASSED || skipped ? "" : "not ", i + 1,
			t->stage->id);
		description(f, t->name);
		if (r->done && r->verdict == PASSED && session_lacks(s, i))
			fprintf(f, " # passes, but needs %s", session_lacks(s, i));
		if (skipped)
			fputs(" # SKIP ", f);
		else if (r->verdict == UNWRITTEN)
			fputs(" # ", f);
		if (skipped || r->verdict == UNWRITTEN)
			description(f, r->done ? r->why : not_run(s, i));
		fputc('\n', f);
		if (r->verdict == PASSED || skipped)
			continue;
		fprintf(f, "  ---\n  verdict: %s\n  seed: %u\n  message: |\n    ",
			verdict_names[r->verdict], r->seed);
		for (const char *c = r->why; *c; c++) {
			fputc(*c, f);
			if (*c == '\n' && c[1])
				fputs("    ", f);
		}
		fputs("\n  ...\n", f);
	}
}

/* report_text.c: what a student reads on the terminal. */
#include "grade.h"

#include <string.h>
#include <unistd.h>

static const char *const signs[NR_VERDICTS] = {"ok",   "FAIL",	"skip", "todo",	  "FORGED?",
					       "HUNG", "BUILD", "NONE", "TROUBLE"};

/* Indented, so that the tests' own lines stand out. */
static void block(FILE *f, const char *s)
{
	fputs("          ", f);
	for (; *s; s++) {
		fputc(*s, f);
		if (*s == '\n' && s[1])
			fputs("          ", f);
	}
	if (s[-1] != '\n')
		fputc('\n', f);
}

/* What is to do is said once, where it stops the first test. */
static bool told_before(const struct session *s, size_t i)
{
	for (size_t k = 0; k < i && s->results[i].verdict == UNWRITTEN; k++)
		if (s->results[k].done && !strcmp(s->results[k].why, s->results[i].why))
			return true;
	return false;
}

void report_line(const struct session *s, size_t i, FILE *f)
{
	const struct test *t = &s->lab->tests[i];
	const struct result *r = &s->results[i];
	const char *lacks = session_lacks(s, i);
	bool color = isatty(fileno(f));
	const char *paint = r->verdict == PASSED ? "32" : r->verdict == SKIPPED ? "33" : "31";

	fprintf(f, "  %s%s%s%-7s%s %-6s %2d/%-2d  %s: %s", color ? "\033[" : "", color ? paint : "",
		color ? "m" : "", signs[r->verdict], color ? "\033[0m" : "", t->stage->id,
		session_points(s, i), t->points, t->name, t->title ? t->title : "");
	if (r->ticks > 0)
		fprintf(f, "  (%lld instructions)", r->ticks);
	if (r->verdict == PASSED && lacks)
		fprintf(f, "  (passes, but needs %s)", lacks);
	fputc('\n', f);
	if (r->verdict == PASSED || r->verdict == NOT_BUILT || r->verdict == NOT_TAKEN)
		return;
	if (told_before(s, i))
		fprintf(f, "          %.*s\n", (int)strcspn(r->why, "\n"), r->why);
	else
		block(f, r->why);
	if (r->verdict == SKIPPED)
		return;
	if (lacks && r->verdict != UNWRITTEN)
		fprintf(
		    f,
		    "          needs %s, which has not passed either: perhaps the cause is there\n",
		    lacks);
	if (r->diagram[0])
		fprintf(f, "          picture: %s/%s\n", s->out, r->diagram);
	if (strstr(r->diagram, ".diverged.svg"))
		fprintf(f, "          step by step: %s/%.*s.html\n", s->out,
			(int)(strlen(r->diagram) - strlen(".svg")), r->diagram);
	if (t->seeds > 1 && r->runs)
		fprintf(f, "          run %d of %d, each with a seed of its own\n", r->runs,
			t->seeds);
	fprintf(f, "          again: %s HV=%s/hv.elf SEED=%u %s%s\n",
		t->program ? t->program : "tools/run", s->out, r->seed, t->run,
		t->bochs     ? " EMU=bochs"
		: t->program ? " OUT=build/again"
			     : "");
}

void report_text(const struct session *s, FILE *f)
{
	int all = 0;

	fputc('\n', f);
	for (size_t k = 0; k < s->lab->nr_stages; k++) {
		const struct stage *stage = &s->lab->stages[k];
		int got = 0, of = 0;

		for (size_t i = 0; i < s->lab->nr_tests; i++) {
			if (s->lab->tests[i].stage != stage || !session_wants(s, i))
				continue;
			of += s->lab->tests[i].points;
			got += session_points(s, i);
		}
		all += of;
		if (of)
			fprintf(f, "  %-6s %3d/%-3d  %s\n", stage->id, got, of, stage->title);
	}
	fprintf(f, "\n  %s: %d/%d (seed %u)%s\n", s->lab->name, session_score(s), all, s->seed,
		s->emu || s->only ? ", only what was asked for" : "");
}

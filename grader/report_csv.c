/*
 * report_csv.c: tables for a spreadsheet, and files that gradebooks of platforms take:
 *
 *   Canvas      Student, ID, SIS User ID, SIS Login ID, Section, then the assignment; the second
 * row has its points (lib/gradebook_importer.rb) Moodle      the assignment's grading worksheet:
 * Identifier, Grade and Last modified (grade) are what it looks at
 * (mod/assign/feedback/offline/importgradeslib.php) Blackboard  Last Name, First Name, Username,
 * then the column
 */
#include "grade.h"

#include <stdlib.h>
#include <string.h>

/* Spreadsheets take a cell that begins with one of these for a formula, unless a ' is before it. */
void csv_field(const char *s, FILE *f)
{
	fputs(*s && strchr("=+-@", *s) ? "\"'" : "\"", f);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"')
			fputc('"', f);
		fputc(c < ' ' || c == 127 ? '?' : c, f);
	}
	fputc('"', f);
}

int stage_points(const struct session *s, const struct stage *stage)
{
	int got = 0;

	for (size_t i = 0; i < s->lab->nr_tests; i++)
		if (s->lab->tests[i].stage == stage)
			got += session_points(s, i);
	return got;
}

void report_csv_head(const struct lab *lab, FILE *f)
{
	fprintf(f, "student,score,points,name,id,submitted,days late,late costs,answers,total");
	for (size_t i = 0; i < lab->nr_stages; i++)
		fprintf(f, ",%s", lab->stages[i].id);
	for (size_t i = 0; i < lab->nr_tests; i++)
		fprintf(f, ",%s %s", lab->tests[i].stage->id, lab->tests[i].name);
	fprintf(f, ",notes\n");
}

/* What nobody could grade has no number, which a 0 would be. */
static void number(bool known, int n, FILE *f)
{
	if (known)
		fprintf(f, ",%d", n);
	else
		fputc(',', f);
}

void report_csv(const struct session *s, const struct grading *g, FILE *f)
{
	char when[40] = "";
	struct tm t;

	if (g->when && gmtime_r(&g->when, &t))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%SZ", &t);
	csv_field(g->student, f);
	number(g->taken, session_score(s), f);
	fprintf(f, ",%d,", s->lab->points);
	csv_field(g->name, f);
	fputc(',', f);
	csv_field(g->account, f);
	fprintf(f, ",%s,%d,%d", when, g->days, g->cost);
	number(g->answers >= 0, g->answers, f);
	number(g->taken, g->total, f);
	for (size_t i = 0; i < s->lab->nr_stages; i++)
		number(g->taken, stage_points(s, &s->lab->stages[i]), f);
	for (size_t i = 0; i < s->lab->nr_tests; i++)
		fprintf(f, ",%s", verdict_names[s->results[i].verdict]);
	fputc(',', f);
	csv_field(g->notes, f);
	fputc('\n', f);
}

/* What the student should read of it, in one cell. */
static char *feedback(const struct grading *g, const struct lab *lab)
{
	char *answers =
	    g->answers >= 0 ? text(", answers %d/%d", g->answers, lab->policy.answers) : copy("");
	char *late = g->days ? text(", %d day%s late: -%d", g->days, &"s"[g->days == 1], g -> cost)
			     : copy("");
	char *all = g->taken ? text("tests %d/%d%s%s%s%s", g->score, lab->points, late, answers,
				    *g->notes ? "; " : "", g->notes)
			     : text("not graded: %s", g->notes);

	free(answers), free(late);
	return all;
}

static void moodle(const struct lab *lab, const struct grading *g, FILE *f)
{
	char *id = text("Participant %s", g->account), *said = feedback(g, lab);

	csv_field(id, f), fputc(',', f);
	csv_field(g->name, f);
	number(g->taken, g->total, f);
	fprintf(f, ",%d,-,", lab->points + lab->policy.answers);
	csv_field(said, f);
	fputc('\n', f);
	free(id), free(said);
}

static void canvas(const struct grading *g, FILE *f)
{
	csv_field(g->name, f), fputc(',', f);
	csv_field(g->account, f);
	fputs(",,,", f);
	number(g->taken, g->total, f);
	fputc('\n', f);
}

static void blackboard(const struct grading *g, FILE *f)
{
	const char *space = strrchr(g->name, ' ');
	char *first = text("%.*s", (int)(space ? space - g->name : 0), g->name);

	csv_field(space ? space + 1 : g->name, f), fputc(',', f);
	csv_field(first, f), fputc(',', f);
	csv_field(g->account, f);
	number(g->taken, g->total, f);
	fputc('\n', f);
	free(first);
}

static void head(const struct lab *lab, const char *lms, const char *column, FILE *f)
{
	int points = lab->points + lab->policy.answers;
	char *title = column ? copy(column) : copy(lab->title ? lab->title : lab->name);

	if (!strcmp(lms, "moodle")) {
		fputs("Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback "
		      "comments\n",
		      f);
	} else if (!strcmp(lms, "canvas")) {
		fputs("Student,ID,SIS User ID,SIS Login ID,Section,", f);
		csv_field(title, f);
		fprintf(f, "\n    Points Possible,,,,,%d\n", points);
	} else {
		char *all = column ? copy(column) : text("%s [Total Pts: %d Score]", title, points);

		fputs("\"Last Name\",\"First Name\",\"Username\",", f);
		csv_field(all, f);
		fputc('\n', f);
		free(all);
	}
	free(title);
}

void report_gradebook(const struct lab *lab, const struct gradings *all, const char *lms,
		      const char *column, FILE *f)
{
	size_t n = 0, unmarked = 0, others = 0;

	head(lab, lms, column, f);
	for (size_t i = 0; i < all->nr; i++) {
		const struct grading *g = &all->at[i];

		if (!g->counts)
			continue;
		if (strcmp(g->lms, lms)) {
			others++;
			continue;
		}
		n++;
		unmarked += g->answers < 0;
		if (!strcmp(lms, "moodle"))
			moodle(lab, g, f);
		else if (!strcmp(lms, "canvas"))
			canvas(g, f);
		else
			blackboard(g, f);
	}
	if (others)
		fprintf(stderr, "tlgrade: %zu came otherwise, and have no id of %s; left out\n",
			others, lms);
	if (unmarked && lab->policy.answers)
		fprintf(stderr,
			"tlgrade: %zu of %zu have no points for answers.md yet (tlgrade marks)\n",
			unmarked, n);
	if (!n)
		die("nothing of %s came from %s", lab->name, lms);
}

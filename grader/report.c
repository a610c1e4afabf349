/* report.c: what is in the gradebook, in the formats that others read; and one student's results.
 */
#include "grade.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Spreadsheets take a cell that begins with one of these for a formula, unless a ' is before it. */
static void csv_field(const char *s, FILE *f)
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

static void csv_head(const struct lab *lab)
{
	printf("student,score,points");
	for (size_t i = 0; i < lab->nr_tests; i++)
		printf(",%s %s", lab->tests[i].stage->id, lab->tests[i].name);
	printf(",notes\n");
}

static void csv(const struct session *s, const struct book_row *row)
{
	csv_field(row->student, stdout);
	printf(",%d,%d", session_score(s), s->lab->points);
	for (size_t i = 0; i < s->lab->nr_tests; i++)
		printf(",%s", verdict_names[s->results[i].verdict]);
	printf(",");
	csv_field(row->notes, stdout);
	printf("\n");
}

enum format { CSV, HTML, JUNIT, TAP, GRADESCOPE, AUTOLAB, NONE };

static void begin(enum format f, const struct lab *lab)
{
	if (f == CSV)
		csv_head(lab);
	else if (f == HTML)
		report_html_begin(lab, stdout);
	else if (f == JUNIT)
		report_junit_begin(stdout);
}

static void one(enum format f, const struct session *s, const struct book_row *row)
{
	json_t *j;

	switch (f) {
	case CSV:
		csv(s, row);
		break;
	case HTML:
		report_html(s, row->student, stdout);
		break;
	case JUNIT:
		report_junit(s, row->student, stdout);
		break;
	case TAP:
		report_tap(s, stdout);
		break;
	case AUTOLAB:
		report_autolab(s, stdout);
		break;
	default:
		j = report_gradescope(s);
		json_dumpf(j, stdout, JSON_INDENT(1));
		printf("\n");
		json_decref(j);
	}
}

static void end(enum format f)
{
	if (f == HTML)
		report_html_end(stdout);
	else if (f == JUNIT)
		report_junit_end(stdout);
}

static const struct option options[] = {{"csv", 0, NULL, CSV},
					{"html", 0, NULL, HTML},
					{"junit", 0, NULL, JUNIT},
					{"tap", 0, NULL, TAP},
					{"gradescope", 0, NULL, GRADESCOPE},
					{"autolab", 0, NULL, AUTOLAB},
					{"book", 1, NULL, 20},
					{"student", 1, NULL, 21},
					{NULL, 0, NULL, 0}};

/* Every row of the book, or one student's; dies if there is none. */
static void rows(const struct lab *lab, const char *book, const char *student, enum format f)
{
	struct session s = {.lab = lab, .results = calloc(lab->nr_tests, sizeof(struct result))};
	struct sqlite3 *db = book_open(book, false);
	struct book_row row;
	long long at = 0;
	bool found = false;

	while (book_next(db, &s, &at, &row)) {
		if (!student || !strcmp(student, row.student)) {
			if (!found)
				begin(f, lab);
			found = true;
			if (f != NONE) {
				one(f, &s, &row);
			} else {
				char *shown = clean_name(row.student);

				printf("%s: %s\n", lab->name, shown);
				free(shown);
				if (row.notes[0])
					printf("  %s\n", row.notes);
				if (!s.built)
					printf("it does not build:\n%s\n", s.build_log);
				for (size_t i = 0; i < lab->nr_tests; i++)
					report_line(&s, i, stdout);
				report_text(&s, stdout);
				printf("  evidence: %s/\n", row.evidence);
			}
		}
		book_row_free(&row);
	}
	if (!found)
		die("nothing of %s in %s", student ? student : lab->name, book);
	end(f);
	book_close(db);
	free(s.results);
}

static struct lab *which(int argc, char **argv)
{
	if (optind >= argc)
		die("which lab? See tlgrade --help");
	return lab_load(".", argv[optind]);
}

int report(int argc, char **argv)
{
	struct lab *lab;
	const char *book = "build/gradebook.db", *student = NULL;
	enum format f = CSV;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 20)
			book = optarg;
		else if (opt == 21)
			student = optarg;
		else if (opt == '?')
			die("what is that? See tlgrade --help");
		else
			f = (enum format)opt;
	}
	lab = which(argc, argv);
	if (f >= TAP && f <= AUTOLAB && !student)
		die("this format is for one: --student NAME");
	rows(lab, book, student, f);
	lab_free(lab);
	return 0;
}

int show(int argc, char **argv)
{
	struct lab *lab;
	const char *book = "build/gradebook.db";
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (opt == 20)
			book = optarg;
	lab = which(argc, argv);
	if (optind + 1 >= argc)
		die("which student? See tlgrade --help");
	rows(lab, book, argv[optind + 1], NONE);
	lab_free(lab);
	return 0;
}

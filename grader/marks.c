/*
 * marks.c: points that a person gives, out of a table: a header, and a row for each student.
 * Columns are found by their names: student (or id, or name), points (of answers.md), late (days,
 * instead of those that time stamps tell). All of it is taken, or if something is wrong, or said
 * twice in two ways, nothing.
 */
#include "grade.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_TABLE (16 << 20)
#define MAX_LATE  1000 /* days */
#define MAX_WRONG 10   /* that are said */

struct mark {
	char *student;
	int answers, days;
	size_t row; /* where it is said */
};

/* The cells of the next row, as RFC 4180 has them, or with another separator; *s is then behind it.
 * A quote that is not closed takes what follows for its own, up to the next quote or to the end:
 * then something else than a separator stands there, and *closed is false.
 */
static struct list row(char **s, char comma, bool *closed)
{
	const char ends[] = {comma, '\r', '\n', '\0'};
	struct list cells = {0};
	char *from = *s;
	bool more = true;

	*closed = true;
	while (more) {
		bool quoted = *from == '"';
		char *start = from += quoted, *to = from, *c;

		while (*from && (quoted ? *from != '"' || from[1] == '"' : !strchr(ends, *from))) {
			from += quoted && *from == '"';
			*to++ = *from++;
		}
		c = text("%.*s", (int)(to - start), start);
		list_add(&cells, trim(c));
		free(c);
		if (quoted) {
			*closed &= *from == '"';
			from += *from == '"';
			from += strspn(from, " ");
			*closed &= strchr(ends, *from) != NULL;
		}
		from += strcspn(from, ends);
		more = *from == comma;
		from += more;
	}
	*s = from + strspn(from, "\r\n");
	return cells;
}

static int column(const struct list *head, const char *name)
{
	int found = -1;

	for (size_t i = 0; i < head->nr; i++) {
		if (strcasecmp(head->at[i], name))
			continue;
		if (found >= 0)
			die("row 1: two columns `%s`; nothing of the table is taken", name);
		found = (int)i;
	}
	return found;
}

/* A number of at most `max`; -1: none is given; -2: it is something else. */
static int number(const struct list *cells, int at, int max)
{
	int n;

	if (at < 0 || (size_t)at >= cells->nr || !*cells->at[at])
		return -1;
	return whole(cells->at[at], max, &n) ? n : -2;
}

/* The student that a row is of, by what the gradebook calls him, else by the name if only one has
 * it. */
static const char *whose(const struct gradings *all, const char *who)
{
	const char *found = NULL;

	if (*who == '\'') /* as our own tables write what would be a formula */
		who++;
	for (size_t i = 0; i < all->nr; i++)
		if (!strcmp(all->at[i].student, who))
			return all->at[i].student;
	for (size_t i = 0; i < all->nr; i++) {
		if (strcmp(all->at[i].name, who))
			continue;
		if (found && strcmp(found, all->at[i].student))
			return NULL;
		found = all->at[i].student;
	}
	return found;
}

static void wrong(size_t *nr, size_t line, const char *what, const char *which)
{
	char *shown = clean_name(which);

	if (++*nr <= MAX_WRONG)
		fprintf(stderr, "tlgrade: row %zu: %s: %s\n", line, what, shown);
	free(shown);
}

/* Another row may say of a student what one did not yet, or the same again. */
static void add(struct mark *marks, size_t *n, const struct mark *m, size_t *bad)
{
	struct mark *had = marks;
	char *what;

	while (had < marks + *n && strcmp(had->student, m->student))
		had++;
	if (had == marks + *n) {
		marks[(*n)++] = *m;
		return;
	}
	if ((had->answers >= 0 && m->answers >= 0 && had->answers != m->answers) ||
	    (had->days >= 0 && m->days >= 0 && had->days != m->days)) {
		what = text("row %zu says something else of this student", had->row);
		wrong(bad, m->row, what, m->student);
		free(what);
	}
	had->answers = had->answers >= 0 ? had->answers : m->answers;
	had->days = had->days >= 0 ? had->days : m->days;
}

static size_t read_table(char *s, const struct lab *lab, const struct gradings *all,
			 struct mark *marks)
{
	struct list head;
	size_t n = 0, bad = 0, line = 1, width;
	int who, points, late;
	char *whole_points = text("only whole points from 0 to %d are taken", lab->policy.answers);
	char *whole_days = text("only whole days from 0 to %d are taken", MAX_LATE), comma;
	bool closed;

	if (!strncmp(s, "\xEF\xBB\xBF", 3))
		s += 3;
	/* What a spreadsheet writes where the comma is the decimal point; or a tab. */
	comma = s[strcspn(s, ",;\t\r\n")];
	comma = comma && strchr(";\t", comma) ? comma : ',';
	head = row(&s, comma, &closed);
	if (!closed)
		die("row 1: a quote that is not closed; nothing of the table is taken");
	who = column(&head, "student");
	who = who < 0 ? column(&head, "id") : who;
	who = who < 0 ? column(&head, "name") : who;
	points = column(&head, "points");
	late = column(&head, "late");
	width = head.nr;
	list_free(&head);
	if (who < 0 || (points < 0 && late < 0))
		die("the first row has no column `student`, or none of `points` and `late`");
	while (*s) {
		struct list cells = row(&s, comma, &closed);
		char *name = composed((size_t)who < cells.nr ? cells.at[who] : "");
		struct mark m = {.answers = number(&cells, points, lab->policy.answers),
				 .days = number(&cells, late, MAX_LATE),
				 .row = ++line};

		m.student = (char *)whose(all, name);
		if (!m.student && *name)
			wrong(&bad, line, "no such student, or several of that name", name);
		if (m.answers == -2)
			wrong(&bad, line, whole_points, cells.at[points]);
		if (m.days == -2)
			wrong(&bad, line, whole_days, cells.at[late]);
		if (!closed)
			wrong(&bad, line, "a quote that is not closed", name);
		for (size_t i = width; i < cells.nr; i++)
			if (*cells.at[i])
				wrong(&bad, line, "more cells than the first row has", cells.at[i]);
		if (m.student)
			add(marks, &n, &m, &bad);
		free(name);
		list_free(&cells);
	}
	free(whole_points), free(whole_days);
	if (bad)
		die("%zu mistake%s in the table; nothing of it is taken", bad, bad == 1 ? "" : "s");
	return n;
}

/* Spreadsheets write what they will, unless they are told. */
static void must_be_utf8(const char *table, const char *file)
{
	static const char how[] = "save it as UTF-8 (\"CSV UTF-8\" in a spreadsheet)";
	size_t line = 1;

	if (!strncmp(table, "\xFF\xFE", 2) || !strncmp(table, "\xFE\xFF", 2))
		die("%s is UTF-16: %s", file, how);
	for (const char *s = table; *s; line++) {
		size_t n = strcspn(s, "\n");
		char *one = text("%.*s", (int)n, s);

		if (mbstowcs(NULL, one, 0) == (size_t)-1)
			die("%s: row %zu is not UTF-8: %s", file, line, how);
		free(one);
		s += n + (s[n] == '\n');
	}
}

static const struct option options[] = {{"book", 1, NULL, 1}, {NULL, 0, NULL, 0}};

int marks(int argc, char **argv)
{
	char *book = NULL, *table;
	struct gradings all;
	struct mark *given;
	struct sqlite3 *db;
	struct lab *lab;
	size_t n, rows = 2, marked = 0;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt != 1)
			die("what is that? See tlgrade marks --help");
		book = copy(optarg);
	}
	if (argc - optind != 2)
		die("which lab, and which table? See tlgrade marks --help");
	lab = lab_load(home(), argv[optind]);
	table = read_file(argv[optind + 1], MAX_TABLE, false);
	if (!table)
		die("cannot read %s", argv[optind + 1]);
	must_be_utf8(table, argv[optind + 1]);
	if (!book)
		book = default_book();
	db = book_open(book, false);
	all = book_gradings(db, lab);
	for (const char *s = table; *s; s++)
		rows += *s == '\n' || *s == '\r';
	given = calloc(rows, sizeof(*given));
	n = read_table(table, lab, &all, given);
	book_marks_begin(db);
	for (size_t i = 0; i < n; i++) {
		marked += given[i].answers >= 0 || given[i].days >= 0;
		book_mark(db, lab, given[i].student, given[i].answers, given[i].days);
	}
	book_marks_end(db);
	printf("%zu student%s marked\n", marked, marked == 1 ? "" : "s");
	gradings_free(&all);
	book_close(db);
	free(given), free(table), free(book);
	lab_free(lab);
	return 0;
}

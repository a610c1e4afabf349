/* report.c: what is in the gradebook, in the formats that others read; and one student's results.
 */
#include "grade.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum format { CSV, HTML, JUNIT, TAP, GRADESCOPE, AUTOLAB, MOODLE, CANVAS, BLACKBOARD };
enum { OPT_BOOK = 20, OPT_STUDENT, OPT_OUT, OPT_COLUMN, OPT_GRADING, OPT_KIT };

static const struct option options[] = {{"csv", 0, NULL, CSV},
					{"html", 0, NULL, HTML},
					{"junit", 0, NULL, JUNIT},
					{"tap", 0, NULL, TAP},
					{"gradescope", 0, NULL, GRADESCOPE},
					{"autolab", 0, NULL, AUTOLAB},
					{"moodle", 0, NULL, MOODLE},
					{"canvas", 0, NULL, CANVAS},
					{"blackboard", 0, NULL, BLACKBOARD},
					{"book", 1, NULL, OPT_BOOK},
					{"student", 1, NULL, OPT_STUDENT},
					{"out", 1, NULL, OPT_OUT},
					{"column", 1, NULL, OPT_COLUMN},
					{"grading", 1, NULL, OPT_GRADING},
					{"kit", 1, NULL, OPT_KIT},
					{NULL, 0, NULL, 0}};

struct asked {
	enum format format;
	const char *command, *out, *column;
	char *student, *book, *kit;
	long long grading; /* 0: the one that counts */
	struct lab *lab;
};

static struct asked ask(int argc, char **argv)
{
	struct asked a = {.format = CSV, .command = argv[0]};
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == OPT_BOOK)
			a.book = copy(optarg);
		else if (opt == OPT_STUDENT)
			a.student = composed(optarg);
		else if (opt == OPT_OUT)
			a.out = optarg;
		else if (opt == OPT_COLUMN)
			a.column = optarg;
		else if (opt == OPT_GRADING)
			a.grading = atoll(optarg);
		else if (opt == OPT_KIT)
			a.kit = copy(optarg);
		else if (opt == '?')
			die("what is that? See tlgrade %s --help", argv[0]);
		else
			a.format = (enum format)opt;
	}
	if (optind >= argc)
		die("which lab? See tlgrade %s --help", argv[0]);
	a.lab = lab_load(home(), argv[optind]);
	if (!a.book)
		a.book = default_book();
	if (!a.kit)
		a.kit = text("%s/build/kit/%s", home(), a.lab->name);
	return a;
}

static bool is_of(const struct grading *g, const char *student)
{
	return !student || !strcmp(g->student, student);
}

static void one(enum format format, const struct session *s, const struct grading *g, FILE *f)
{
	json_t *j;

	if (format == CSV) {
		report_csv(s, g, f);
	} else if (format == JUNIT) {
		report_junit(s, g->student, f);
	} else if (format == TAP) {
		report_tap(s, f);
	} else if (format == AUTOLAB) {
		report_autolab(s, f);
	} else {
		j = report_gradescope(s);
		json_dumpf(j, f, JSON_INDENT(1));
		fputc('\n', f);
		json_decref(j);
	}
}

/* A file of its own for a student, whatever the name. */
static FILE *file_of(const struct asked *a, const struct grading *g, char **name)
{
	static const char *const ends[] = {[TAP] = "tap", [GRADESCOPE] = "json", [AUTOLAB] = "txt"};
	char *safe = copy(g->student), *path;
	FILE *f;

	for (char *c = safe; *c; c++)
		if (*c == '/' || (unsigned char)*c < ' ' || *c == 127 || (c == safe && *c == '.'))
			*c = '_';
	make_dirs(a->out);
	path = text("%s/%.200s.%s", a->out, safe, ends[a->format]);
	if (access(path, F_OK) == 0) {
		free(path); /* two whose names differ in such a letter only */
		path = text("%s/%.200s-%lld.%s", a->out, safe, g->id, ends[a->format]);
	}
	f = fopen(path, "w");
	if (!f)
		die("cannot write %s: %s", path, strerror(errno));
	free(safe);
	*name = path;
	return f;
}

static void rows(const struct asked *a, struct sqlite3 *db, const struct gradings *all)
{
	bool apart = a->format >= TAP && a->format <= AUTOLAB && !a->student;
	struct session s = {.lab = a->lab};
	FILE *f = stdout;
	char *path = NULL;

	if (apart && !a->out)
		die("this format is for one: --student NAME, or for all of the class a file each: "
		    "--out DIR");
	if (a->format == CSV)
		report_csv_head(a->lab, f);
	else if (a->format == JUNIT)
		report_junit_begin(f);
	for (size_t i = 0; i < all->nr; i++) {
		const struct grading *g = &all->at[i];

		if (!g->counts || !is_of(g, a->student))
			continue;
		book_fill(db, &s, g);
		if (apart)
			f = file_of(a, g, &path);
		one(a->format, &s, g, f);
		if (apart) {
			close_written(f, path);
			free(path);
		}
	}
	if (a->format == JUNIT)
		report_junit_end(f);
	free(s.results);
}

/* A directory of one student for each run of report --out would mix old and new. */
static void clear_out(const struct asked *a)
{
	if (a->out && access(a->out, F_OK) == 0 && rmdir(a->out))
		die("%s is there already, and not empty", a->out);
}

/* As the gradebook calls who is asked for: who has that id, else that name, if only one has it.
 * @return NULL if nobody has; to be freed */
static char *whose(const struct gradings *all, const char *who)
{
	struct list ids = {0};
	char *found, *names;

	for (size_t i = 0; i < all->nr; i++)
		if (!strcmp(all->at[i].student, who))
			return copy(who);
	for (size_t i = 0; i < all->nr; i++)
		if (!strcmp(all->at[i].name, who) && !list_has(&ids, all->at[i].student))
			list_add(&ids, all->at[i].student);
	names = copy("");
	for (size_t i = 0; i < ids.nr; i++) {
		char *shown = clean_name(ids.at[i]),
		     *more = text("%s%s %s", names, i ? "," : "", shown);

		free(names), free(shown);
		names = more;
	}
	if (ids.nr > 1)
		die("%zu are called %s; say whose by the id:%s", ids.nr, who, names);
	found = ids.nr ? copy(ids.at[0]) : NULL;
	free(names);
	list_free(&ids);
	return found;
}

static struct gradings gradings_of(struct asked *a, struct sqlite3 *db)
{
	struct gradings all = book_gradings(db, a->lab);
	char *student = a->student ? whose(&all, a->student) : NULL;

	if (!all.nr || (a->student && !student)) {
		gradings_free(&all);
		die("nothing of %s in %s", a->student ? a->student : a->lab->name, a->book);
	}
	free(a->student);
	a->student = student;
	return all;
}

int report(int argc, char **argv)
{
	static const char *const lms[] = {
	    [MOODLE] = "moodle", [CANVAS] = "canvas", [BLACKBOARD] = "blackboard"};
	struct asked a = ask(argc, argv);
	struct sqlite3 *db = book_open(a.book, false);
	struct gradings all = gradings_of(&a, db);

	clear_out(&a);
	if (a.format == HTML)
		report_html(db, a.lab, &all, a.kit, stdout);
	else if (a.format >= MOODLE)
		report_gradebook(a.lab, &all, lms[a.format], a.column, stdout);
	else
		rows(&a, db, &all);
	gradings_free(&all);
	book_close(db);
	lab_free(a.lab);
	free(a.student), free(a.book), free(a.kit);
	return 0;
}

static void show_one(struct sqlite3 *db, const struct lab *lab, const struct grading *g)
{
	struct session s = {.lab = lab};
	char *shown = clean_name(g->name), *id = clean_name(g->account), when[40];

	book_fill(db, &s, g);
	put_time(when, sizeof(when), g->when);
	printf("%s: %s%s%s%s\n", lab->name, shown, *id ? " (" : "", id, *id ? ")" : "");
	printf("  handed in %s; grading %lld\n", when, g->id);
	if (g->days)
		printf("  %d days late, which costs %d\n", g->days, g->cost);
	if (g->answers >= 0)
		printf("  answers.md: %d/%d; all in all %d\n", g->answers, lab->policy.answers,
		       g->total);
	if (*g->notes)
		printf("  %s\n", g->notes);
	if (!s.built)
		printf("it does not build:\n%s\n", s.build_log);
	for (size_t i = 0; i < lab->nr_tests && g->taken; i++)
		report_line(&s, i, stdout);
	if (g->taken)
		report_text(&s, stdout);
	printf("  evidence: %s/%s\n", g->evidence,
	       access(g->evidence, F_OK) ? " is not there any more" : "");
	free(s.results), free(shown), free(id);
}

int show(int argc, char **argv)
{
	struct asked a = ask(argc, argv);
	struct sqlite3 *db;
	struct gradings all;
	bool found = false;

	if (optind + 1 >= argc)
		die("which student? See tlgrade show --help");
	a.student = composed(argv[optind + 1]);
	db = book_open(a.book, false);
	all = gradings_of(&a, db);
	for (size_t i = 0; i < all.nr; i++) {
		const struct grading *g = &all.at[i];

		if (!is_of(g, a.student) || (a.grading ? g->id != a.grading : !g->counts))
			continue;
		show_one(db, a.lab, g);
		found = true;
	}
	if (!found)
		die("there is no grading %lld of %s", a.grading, a.student);
	for (size_t i = 0; i < all.nr; i++) {
		const struct grading *g = &all.at[i];
		char when[40], graded[40];

		if (!is_of(g, a.student) || (a.grading ? g->id == a.grading : g->counts))
			continue;
		put_time(when, sizeof(when), g->when);
		put_time(graded, sizeof(graded), g->graded);
		printf("  grading %lld: %d/%d, handed in %s, graded %s (--grading %lld)\n", g->id,
		       g->score, a.lab->points, when, graded, g->id);
	}
	gradings_free(&all);
	book_close(db);
	lab_free(a.lab);
	free(a.student), free(a.book), free(a.kit);
	return 0;
}

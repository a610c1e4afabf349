/* main.c: tlgrade's commands. */
#include "grade.h"

#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char usage[] =
    "usage: tlgrade COMMAND ...       (tlgrade COMMAND --help tells more)\n"
    "\n"
    "  grade LAB              the working tree, or in a handout one submission\n"
    "  batch LAB DIR...       a class\n"
    "  regrade LAB DIR...     the same, also what is graded already\n"
    "  report LAB --csv...    a class's results, in many formats\n"
    "  show LAB STUDENT       one student's results, with the evidence of each failure\n"
    "  marks LAB FILE.csv     take points for answers.md, and late days, from a table\n"
    "  copies LAB             who has written the same\n"
    "  confined               nothing, if commands can be confined here; else why they cannot\n"
    "\n"
    "Exit codes: 0 done (for grade: all points), 1 points are missing, 2 trouble.\n"
    "docs/instructors.md tells more.\n";

static const char grade_help[] =
    "usage: tlgrade grade LAB [--seed N] [--stage ID|TEST] [-j N] [--emu qemu|bochs] [--out DIR]\n"
    "           [--submission DIR|FILE [--unconfined]] [--built] [--cpu SECONDS]\n"
    "           [--gradescope FILE] [--tap FILE] [--junit FILE] [--autolab]\n"
    "\n"
    "Grade the working tree, or in a handout one submission: a line a test, in their order.\n"
    "  --built   DIR/hv.elf as it is, nothing is compiled\n"
    "  --cpu     when a test counts as hung\n";
static const char batch_help[] =
    "usage: tlgrade batch LAB DIR|FILE... [--book FILE] [--seed N] [-j N] [--kit DIR]\n"
    "           [--engine local|slurm]\n"
    "       tlgrade regrade LAB DIR|FILE... [--failed] [...]\n"
    "\n"
    "Grade a class: each submission is built and run in confinement. DIR: the unpacked download "
    "of\n"
    "Moodle, Canvas, Blackboard or Gradescope, or archives and folders that bear the students' "
    "names.\n"
    "Interrupted, it goes on where it was; all gradings are kept in the gradebook.\n"
    "  regrade    also what is graded already; --failed: of that only what lacks points\n"
    "  --book     the gradebook; else build/gradebook.db\n";
static const char report_help[] =
    "usage: tlgrade report LAB [--book FILE] --csv|--html|--junit\n"
    "       tlgrade report LAB [--book FILE] --moodle|--canvas|--blackboard [--column NAME]\n"
    "       tlgrade report LAB [--book FILE] --tap|--gradescope|--autolab --student NAME|--out "
    "DIR\n"
    "\n"
    "The class's results to the standard output. --out DIR: a file for each student.\n"
    "  --html        one page that needs nothing else\n"
    "  --column      what the platform's gradebook calls the lab: \"Lab 2 (4711)\"\n";
static const char show_help[] = "usage: tlgrade show LAB STUDENT [--grading N] [--book FILE]\n"
				"\n"
				"One student, by id or name. --grading: not the one that counts.\n";
static const char marks_help[] =
    "usage: tlgrade marks LAB FILE.csv [--book FILE]\n"
    "\n"
    "A header, then a row for each student; columns: student (or id, or name), points (for\n"
    "answers.md), late (days, instead of those that time stamps tell). All of it, or nothing.\n";
static const char copies_help[] =
    "usage: tlgrade copies LAB [--book FILE] [--percent N] [--kit DIR]\n"
    "\n"
    "Pairs of submissions that have at least so much in common, 40 % if not said.\n";

struct outputs {
	const char *gradescope, *tap, *junit;
	bool autolab;
	size_t told; /* tests, in their order */
};

static void write_gradescope(const struct session *s, const char *path)
{
	json_t *j = report_gradescope(s);
	char *tmp = text("%s.tmp", path);

	/* Whole at any moment: a time-out keeps what was earned. */
	if (json_dump_file(j, tmp, JSON_INDENT(1)) || rename(tmp, path)) {
		unlink(path); /* part of a grade is none */
		die("cannot write %s", path);
	}
	free(tmp);
	json_decref(j);
}

static void progress(struct session *s, size_t test)
{
	struct outputs *o = s->user;

	if (s->results[test].verdict == UNGRADED)
		return;
	/* They end in any order. */
	for (; o->told < s->lab->nr_tests; o->told++) {
		if (!session_wants(s, o->told))
			continue;
		if (!s->results[o->told].done)
			break;
		if (s->results[o->told].verdict != NOT_BUILT)
			report_line(s, o->told, stdout);
	}
	fflush(stdout);
	if (o->gradescope)
		write_gradescope(s, o->gradescope);
}

static FILE *create(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		die("cannot write %s", path);
	return f;
}

static void write_outputs(const struct session *s, const struct outputs *o)
{
	FILE *f;

	if (o->gradescope)
		write_gradescope(s, o->gradescope);
	if (o->tap) {
		f = create(o->tap);
		report_tap(s, f);
		fclose(f);
	}
	if (o->junit) {
		f = create(o->junit);
		report_junit_begin(f);
		report_junit(s, NULL, f);
		report_junit_end(f);
		fclose(f);
	}
	if (o->autolab)
		report_autolab(s, stdout);
}

enum {
	OPT_SEED = 1,
	OPT_STAGE,
	OPT_EMU,
	OPT_OUT,
	OPT_GRADESCOPE,
	OPT_TAP,
	OPT_JUNIT,
	OPT_AUTOLAB,
	OPT_SUBMISSION,
	OPT_UNCONFINED,
	OPT_BUILT,
	OPT_CPU
};
static const struct option grade_options[] = {{"seed", 1, NULL, OPT_SEED},
					      {"stage", 1, NULL, OPT_STAGE},
					      {"emu", 1, NULL, OPT_EMU},
					      {"out", 1, NULL, OPT_OUT},
					      {"gradescope", 1, NULL, OPT_GRADESCOPE},
					      {"tap", 1, NULL, OPT_TAP},
					      {"junit", 1, NULL, OPT_JUNIT},
					      {"autolab", 0, NULL, OPT_AUTOLAB},
					      {"submission", 1, NULL, OPT_SUBMISSION},
					      {"unconfined", 0, NULL, OPT_UNCONFINED},
					      {"built", 0, NULL, OPT_BUILT},
					      {"cpu", 1, NULL, OPT_CPU},
					      {NULL, 0, NULL, 0}};

/* Its files to a directory of their own, as a batch has them. */
static char *submitted(const struct lab *lab, const char *path, const char *out)
{
	char *sources = text("%s.src", out);
	struct list notes = {0};
	size_t doubts;
	struct part part = {(char *)path, (char *)base_name(path)};

	remove_tree(sources);
	collect(lab, &part, 1, sources, &notes, &doubts);
	notice(lab, ".", sources, &notes);
	add_starters(lab, ".", sources);
	for (size_t i = 0; i < notes.nr; i++)
		printf("  %s\n", notes.at[i]);
	list_free(&notes);
	return sources;
}

static bool wants_any(const struct session *s)
{
	for (size_t i = 0; i < s->lab->nr_tests; i++)
		if (session_wants(s, i))
			return true;
	return false;
}

/* Nothing to run is no success: a typing error would be one. */
static void check_asked(const struct session *s)
{
	struct session anywhere = *s;
	char *known = copy("");

	anywhere.emu = NULL;
	if (!wants_any(s) && wants_any(&anywhere))
		die("nothing that was asked for runs in %s", s->emu);
	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		const struct test *t = &s->lab->tests[i];
		bool first = !i || t->stage != t[-1].stage;
		char *more =
		    text("%s %s%s%s", known, first ? t->stage->id : "", first ? " " : "", t->name);

		free(known);
		known = more;
	}
	if (!wants_any(s))
		die("no such stage or test: %s; there are%s", s->only, known);
	free(known);
}

/* Two at once would write the same files. Who comes second waits; the lock goes with us. */
static void wait_for(const char *out)
{
	char *path = text("%s/.lock", out);
	int fd;

	make_dirs(out);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		printf("another one is grading into %s: waiting for it to end\n", out);
		fflush(stdout);
		flock(fd, LOCK_EX);
	}
	free(path);
}

/* What was said of another folder. */
static char *from_here(const char *path)
{
	char *here = path && *path != '/' ? getcwd(NULL, 0) : NULL;
	char *all = here ? text("%s/%s", here, path) : path ? copy(path) : NULL;

	free(here);
	return all;
}

static int grade(int argc, char **argv)
{
	static struct outputs o;
	static struct session s;
	const char *submission = NULL;
	struct lab *lab;
	char *out = NULL, *sources = NULL;
	bool confined = true;
	int opt;

	s = (struct session){.tree = ".",
			     .bare = "build/bare",
			     .jobs = (int)sysconf(_SC_NPROCESSORS_ONLN),
			     .progress = progress,
			     .user = &o,
			     .seed = random_seed()};
	while ((opt = getopt_long(argc, argv, "j:", grade_options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			s.jobs = atoi(optarg);
			break;
		case OPT_SEED:
			s.seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case OPT_STAGE:
			s.only = optarg;
			break;
		case OPT_EMU:
			s.emu = optarg;
			if (strcmp(s.emu, "qemu") && strcmp(s.emu, "bochs"))
				die("--emu: neither qemu nor bochs: %s", s.emu);
			break;
		case OPT_OUT:
			out = copy(optarg);
			break;
		case OPT_GRADESCOPE:
			o.gradescope = optarg;
			break;
		case OPT_TAP:
			o.tap = optarg;
			break;
		case OPT_JUNIT:
			o.junit = optarg;
			break;
		case OPT_AUTOLAB:
			o.autolab = true;
			break;
		case OPT_SUBMISSION:
			submission = optarg;
			break;
		case OPT_UNCONFINED:
			confined = false;
			break;
		case OPT_BUILT:
			s.made = true;
			break;
		case OPT_CPU:
			s.cpu = atoi(optarg);
			break;
		default:
			die("what is that? See tlgrade grade --help");
		}
	}
	if (optind != argc - 1)
		die("which lab? See tlgrade grade --help");
	if (strcmp(home(), ".")) { /* it is made where the sources are */
		submission = from_here(submission);
		out = from_here(out);
		o.gradescope = from_here(o.gradescope);
		o.tap = from_here(o.tap);
		o.junit = from_here(o.junit);
		if (chdir(home()))
			die("cannot enter %s", home());
	}
	lab = lab_load(".", argv[optind]);
	s.lab = lab;
	check_asked(&s);
	if (!out)
		out = text("build/grade/%s", lab->name);
	s.out = out;
	if (s.jobs > 8)
		s.jobs = 8;
	printf("%s: %s (seed %u; the same again: make grade LAB=%s SEED=%u)\n", s.lab->name,
	       s.lab->title ? s.lab->title : "", s.seed, s.lab->name, s.seed);
	if (submission) {
		s.sources = sources = submitted(lab, submission, out);
		s.confined = confined;
		if (confined)
			confinement_check();
	}
	wait_for(out);
	session_run(&s);
	if (session_trouble(&s)) {
		if (o.gradescope)
			unlink(o.gradescope);
		die("not graded: %s", session_trouble(&s));
	}
	if (!s.built)
		printf("it does not build:\n%s\n", s.build_log);
	report_text(&s, stdout);
	write_outputs(&s, &o);
	bool all = s.built;

	for (size_t i = 0; i < lab->nr_tests; i++)
		all &= s.results[i].verdict == PASSED || !session_wants(&s, i);
	free(s.results), free(out), free(sources);
	lab_free(lab);
	return all ? 0 : 1;
}

static int confined(int argc, char **argv)
{
	(void)argc, (void)argv;
	confinement_check();
	return 0;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
    {"grade", grade, grade_help},    {"batch", batch, batch_help}, {"regrade", batch, batch_help},
    {"report", report, report_help}, {"show", show, show_help},	   {"marks", marks, marks_help},
    {"copies", copies, copies_help}, {"task", task, NULL},	   {"confined", confined, usage}};

int main(int argc, char **argv)
{
	/* For the names in archives: without it, what is not ASCII in them cannot be read. */
	setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		if (argc > 2 && commands[i].help && !strcmp(argv[2], "--help")) {
			fputs(commands[i].help, stdout);
			return 0;
		}
		return commands[i].run(argc - 1, argv + 1);
	}
	fputs(usage, argc > 1 && !strcmp(argv[1], "--help") ? stdout : stderr);
	return argc > 1 && !strcmp(argv[1], "--help") ? 0 : 2;
}

/* grade.c: tlgrade grade: the working tree, or in a handout one submission. */
#include "grade.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

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
		close_written(f, o->tap);
	}
	if (o->junit) {
		f = create(o->junit);
		report_junit_begin(f);
		report_junit(s, NULL, f);
		report_junit_end(f);
		close_written(f, o->junit);
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

/* A path as it is known where the sources are. */
static char *from_here(const char *path)
{
	char *here = *path != '/' && strcmp(home(), ".") ? getcwd(NULL, 0) : NULL;
	char *all = here ? text("%s/%s", here, path) : copy(path);

	free(here);
	return all;
}

/* What the command line asks for. */
struct asked {
	struct session *s;
	struct outputs *o;
	char *submission, *out;
	bool confined;
};

static void option(struct asked *a, int opt)
{
	struct session *s = a->s;

	switch (opt) {
	case 'j':
		s->jobs = atoi(optarg);
		break;
	case OPT_SEED:
		s->seed = (unsigned)strtoul(optarg, NULL, 0);
		break;
	case OPT_STAGE:
		s->only = optarg;
		break;
	case OPT_EMU:
		s->emu = optarg;
		if (strcmp(s->emu, "qemu") && strcmp(s->emu, "bochs"))
			die("--emu: neither qemu nor bochs: %s", s->emu);
		break;
	case OPT_OUT:
		a->out = from_here(optarg);
		break;
	case OPT_GRADESCOPE:
		a->o->gradescope = from_here(optarg);
		break;
	case OPT_TAP:
		a->o->tap = from_here(optarg);
		break;
	case OPT_JUNIT:
		a->o->junit = from_here(optarg);
		break;
	case OPT_AUTOLAB:
		a->o->autolab = true;
		break;
	case OPT_SUBMISSION:
		a->submission = from_here(optarg);
		break;
	case OPT_UNCONFINED:
		a->confined = false;
		break;
	case OPT_BUILT:
		s->made = true;
		break;
	case OPT_CPU:
		s->cpu = atoi(optarg);
		break;
	default:
		die("what is that? See tlgrade grade --help");
	}
}

/* @return are all points earned that were asked for? */
static bool all_passed(const struct session *s)
{
	bool all = s->built;

	for (size_t i = 0; i < s->lab->nr_tests; i++)
		all &= s->results[i].verdict == PASSED || !session_wants(s, i);
	return all;
}

/* Run what was asked for, and tell. */
static void carry_out(struct session *s, const struct outputs *o)
{
	wait_for(s->out);
	session_run(s);
	if (session_trouble(s)) {
		if (o->gradescope)
			unlink(o->gradescope);
		die("not graded: %s", session_trouble(s));
	}
	if (!s->built)
		printf("it does not build:\n%s\n", s->build_log);
	report_text(s, stdout);
	write_outputs(s, o);
}

int grade(int argc, char **argv)
{
	static struct outputs o;
	static struct session s;
	static struct asked a = {.s = &s, .o = &o, .confined = true};
	bool passed;
	int opt;

	s = (struct session){.tree = ".",
			     .bare = "build/bare",
			     .jobs = (int)sysconf(_SC_NPROCESSORS_ONLN),
			     .progress = progress,
			     .user = &o,
			     .seed = random_seed()};
	while ((opt = getopt_long(argc, argv, "j:", grade_options, NULL)) != -1)
		option(&a, opt);
	if (optind != argc - 1)
		die("which lab? See tlgrade grade --help");
	/* It is made where the sources are. */
	if (chdir(home()))
		die("cannot enter %s", home());
	s.lab = lab_load(".", argv[optind]);
	check_asked(&s);
	if (!a.out)
		a.out = text("build/grade/%s", s.lab->name);
	s.out = a.out;
	if (s.jobs > 8)
		s.jobs = 8;
	printf("%s: %s (seed %u; the same again: make grade LAB=%s SEED=%u)\n", s.lab->name,
	       s.lab->title ? s.lab->title : "", s.seed, s.lab->name, s.seed);
	if (a.submission) {
		s.sources = submitted(s.lab, a.submission, a.out);
		s.confined = a.confined;
		if (a.confined)
			confinement_check();
	}
	carry_out(&s, &o);
	passed = all_passed(&s);
	free(s.results), free((char *)s.sources);
	lab_free((struct lab *)s.lab);
	return passed ? 0 : 1;
}

/*
 * batch.c: grading a class: each submission in a process of its own, whose results this one puts
 * into the gradebook as soon as it has them. Whatever is in the book is done; so it may be
 * interrupted at any time, and started again.
 */
#include "grade.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_FILE (4 << 20)

/* alice.tar.gz -> alice */
static char *student_name(const char *path)
{
	static const char *const ends[] = {".zip",    ".tgz",	  ".tar.gz",
					   ".tar.xz", ".tar.bz2", ".tar"};
	char *name = copy(base_name(path));
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (n > strlen(ends[i]) && !strcmp(name + n - strlen(ends[i]), ends[i])) {
			name[n - strlen(ends[i])] = '\0';
			break;
		}
	return name;
}

static void add(struct class *c, const char *path, time_t when)
{
	char *student = student_name(path);

	c->at = realloc(c->at, (c->nr + 1) * sizeof(*c->at));
	c->at[c->nr++] = (struct submission){copy(path), student, clean_name(student), when};
}

static void submission_free(struct submission *s)
{
	free(s->path), free(s->student), free(s->shown);
}

static int newest_first(const void *a, const void *b)
{
	const struct submission *x = a, *y = b;
	int order = strcmp(x->student, y->student);

	if (!order)
		order = (x->when < y->when) - (x->when > y->when);
	return order ? order : strcmp(x->path, y->path);
}

/* Of two submissions of one student the newer counts, in whatever order they were named. */
static void only_the_last(struct class *c)
{
	size_t kept = 0;

	qsort(c->at, c->nr, sizeof(*c->at), newest_first);
	for (size_t i = 0; i < c->nr; i++) {
		if (kept && !strcmp(c->at[kept - 1].student, c->at[i].student)) {
			char *newer = clean_name(base_name(c->at[kept - 1].path));
			char *older = clean_name(base_name(c->at[i].path));

			printf("%s: %s counts, %s is older\n", c->at[i].shown, newer, older);
			free(newer), free(older);
			submission_free(&c->at[i]);
		} else {
			c->at[kept++] = c->at[i];
		}
	}
	c->nr = kept;
}

/* One of the lab's files that it holds itself, or NULL. */
static const char *loose_file(const struct lab *lab, const char *dir)
{
	for (size_t i = 0; i < lab->files.nr; i++) {
		const char *name = base_name(lab->files.at[i]);
		char *path = text("%s/%s", dir, name);
		bool found = access(path, F_OK) == 0;

		free(path);
		if (found)
			return name;
	}
	return NULL;
}

/* nftw() has no argument for its caller's use. */
static struct {
	const struct lab *lab;
	char *path;
} below;
static int could_be_another(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char *name = student_name(path);
	bool found = ftw->level == 1 && strcmp(name, base_name(path)); /* an archive */

	(void)st;
	for (size_t i = 0; i < below.lab->files.nr && ftw->level > 1; i++)
		found |= !strcmp(base_name(below.lab->files.at[i]), base_name(path));
	free(name);
	if (found && type == FTW_F)
		below.path = clean_name(path);
	return below.path != NULL;
}

/* A directory that holds one of the lab's files itself is a submission; but a file that got into a
 * class's directory must not make one submission of the class. */
static bool is_submission(const struct lab *lab, const char *dir)
{
	const char *loose = loose_file(lab, dir);

	below.lab = lab;
	if (loose && nftw(dir, could_be_another, 32, FTW_PHYS))
		die("%s holds %s, as a submission does, and %s, as a class does: take one of them "
		    "away",
		    clean_name(dir), loose, below.path);
	return loose != NULL;
}

/* An archive is a submission; a directory is one, or holds submissions. */
static void add_argument(struct class *c, const char *arg)
{
	struct dirent **names;
	struct stat st;
	int n;

	if (stat(arg, &st))
		die("there is no %s", arg);
	if (!S_ISDIR(st.st_mode) || is_submission(c->lab, arg)) {
		add(c, arg, st.st_mtime);
		return;
	}
	n = scandir(arg, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char *path = text("%s/%s", arg, names[i]->d_name);

		if (names[i]->d_name[0] != '.' && !lstat(path, &st))
			add(c, path, st.st_mtime);
		free(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* A directory name for any student's name. */
static char *safe_name(const char *student)
{
	char *name =
	    text("%.60s-%08x", student, (unsigned)hash_bytes(HASH_START, student, strlen(student)));

	for (char *c = name; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *c))
			*c = '_';
	return name;
}

static bool is_long(const char *path)
{
	struct stat st;

	return !stat(path, &st) && st.st_size > LONG_FILE;
}

/* Of what passed, and of what is long, nothing need be kept; nor is there room for it, if each test
 * of a submission leaves as much as it may. */
static void tidy(struct session *s, size_t test)
{
	bool passed = s->results[test].verdict == PASSED;
	char *base = text("%s/%s", s->out, s->lab->tests[test].name);
	char *log = text("%s.int.log", base), *ctf = text("%s.ctf", base);
	char *stream = text("%s/stream", ctf), *console = text("%s.console", base);

	if (passed || is_long(log))
		unlink(log);
	if (passed || is_long(stream))
		remove_tree(ctf);
	if (is_long(console) && truncate(console, LONG_FILE))
		unlink(console);
	free(base), free(log), free(ctf), free(stream), free(console);
}

bool job_grade(struct session *s, const char *results)
{
	char *tmp = text("%s.tmp", results);
	FILE *f;
	bool whole;

	s->progress = tidy;
	session_run(s);
	f = fopen(tmp, "wb");
	whole = f &&
		fwrite(s->results, sizeof(*s->results), s->lab->nr_tests, f) == s->lab->nr_tests &&
		fwrite(&s->built, sizeof(s->built), 1, f) == 1 &&
		fwrite(s->build_log, sizeof(s->build_log), 1, f) == 1;
	whole = f && !fclose(f) && whole && !rename(tmp, results);
	free(tmp), free(s->results);
	return whole;
}

bool job_prepare(struct class *c, struct job *j, size_t number)
{
	const struct submission *sub = &c->at[number];
	struct list notes = {0};
	char *safe = safe_name(sub->student), *out = text("%s/%s", c->work, safe);
	char *sources = text("%s.src", out);
	size_t found;

	*j = (struct job){.number = number,
			  .notes = copy(""),
			  .trouble = no_room(c->work, ROOM_LEFT),
			  .s = {.lab = c->lab,
				.tree = c->kit,
				.sources = sources,
				.out = out,
				.bare = c->bare,
				.confined = true,
				.seed = c->seed,
				.jobs = 1}};
	free(safe);
	if (j->trouble) {
		job_lost(c, j);
		job_free(j);
		return false;
	}
	remove_tree(sources);
	found = collect(c->lab, sub->path, sources, &notes);
	notice(c->lab, c->kit, sources, &notes);
	j->hash = collected_hash(c->lab, sources);
	for (size_t i = 0; i < notes.nr; i++) {
		char *all = text("%s%s%s", j->notes, i ? "; " : "", notes.at[i]);

		free(j->notes);
		j->notes = all;
	}
	list_free(&notes);
	if (!c->again && book_has(c->book, c->lab, sub->student, j->hash, c->seed)) {
		c->skipped++;
		job_free(j);
		return false;
	}
	if (!found) {
		char *all = text("empty: none of the lab's files; %s", j->notes);

		free(j->notes);
		j->notes = all;
	}
	add_starters(c->lab, c->kit, sources);
	remove_tree(out);
	make_dirs(out);
	j->results = text("%s.results", out);
	unlink(j->results);
	return true;
}

bool job_merge(struct class *c, struct job *j)
{
	struct session *s = &j->s;
	FILE *f = fopen(j->results, "rb");
	double minutes;
	bool whole;

	s->results = calloc(c->lab->nr_tests, sizeof(*s->results));
	whole = f &&
		fread(s->results, sizeof(*s->results), c->lab->nr_tests, f) == c->lab->nr_tests &&
		fread(&s->built, sizeof(s->built), 1, f) == 1 &&
		fread(s->build_log, sizeof(s->build_log), 1, f) == 1;
	if (f)
		fclose(f);
	free(j->trouble);
	j->trouble = whole && session_trouble(s) ? copy(session_trouble(s)) : NULL;
	whole &= !j->trouble;
	if (whole) {
		c->done++;
		minutes = (now() - c->start) / 60;
		book_store(c->book, s, c->at[j->number].student, j->hash, j->notes);
		printf("[%zu/%zu] %-24.24s %3d/%d", c->done + c->skipped, c->nr,
		       c->at[j->number].shown, session_score(s), c->lab->points);
		printf("  (%.1f a minute, %.0f min left)%s\n", (double)c->done / minutes,
		       (double)(c->nr - c->done - c->skipped) * minutes / (double)c->done,
		       s->built ? "" : "  does not build");
	}
	fflush(stdout);
	free(s->results);
	return whole;
}

void job_lost(struct class *c, const struct job *j)
{
	const char *why = j->trouble ? j->trouble : "lost; call again to grade it";

	c->lost++;
	printf("%s: not graded: %.*s\n", c->at[j->number].shown, (int)strcspn(why, "\n"), why);
	fflush(stdout);
}

void job_free(struct job *j)
{
	free(j->results), free(j->notes), free(j->name), free(j->trouble);
	free((char *)j->s.out), free((char *)j->s.sources);
	*j = (struct job){0};
}

static void start_job(struct job *j)
{
	pid_t self = getpid();

	fflush(NULL);
	j->pid = fork();
	if (j->pid < 0)
		die("fork: %s; call again to grade the rest", strerror(errno));
	if (j->pid == 0) {
		die_with(self, SIGTERM);
		_exit(job_grade(&j->s, j->results) ? 0 : 1);
	}
}

static void end_job(struct class *c, struct job *j)
{
	waitpid(j->pid, NULL, 0);
	if (!job_merge(c, j))
		job_lost(c, j);
	unlink(j->results);
	job_free(j);
}

static void engine_local(struct class *c)
{
	struct job *jobs = calloc((size_t)c->jobs, sizeof(*jobs));
	size_t next = 0;
	int running = 0;

	while (next < c->nr || running) {
		siginfo_t info;

		for (int k = 0; k < c->jobs && next < c->nr; k++) {
			while (!jobs[k].pid && next < c->nr)
				if (job_prepare(c, &jobs[k], next++)) {
					start_job(&jobs[k]);
					running++;
				}
		}
		if (!running)
			break;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT))
			continue;
		for (int k = 0; k < c->jobs; k++)
			if (jobs[k].pid == info.si_pid) {
				end_job(c, &jobs[k]);
				running--;
			}
	}
	free(jobs);
}

/* Two callers would remove and write the same directories. The lock goes with this process and the
 * jobs that it forked, for these write there, too: of a caller that was killed they end soon. Tasks
 * of a cluster have directories of their own. */
static void lock(const struct class *c, const char *book)
{
	char *path = text("%s/lock", c->work);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	double end = now() + 3;

	if (fd < 0)
		die("cannot write %s: %s", path, strerror(errno));
	while (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		if (now() > end)
			die("another call is grading into %s", book);
		usleep(100000);
	}
	free(path);
}

enum { OPT_BOOK = 1, OPT_SEED, OPT_KIT, OPT_ENGINE };
static const struct option options[] = {{"book", 1, NULL, OPT_BOOK},
					{"seed", 1, NULL, OPT_SEED},
					{"kit", 1, NULL, OPT_KIT},
					{"engine", 1, NULL, OPT_ENGINE},
					{NULL, 0, NULL, 0}};

int batch(int argc, char **argv)
{
	static struct class c;
	unsigned seed = random_seed();
	const char *book = "build/gradebook.db";
	bool slurm = false;
	char *made;
	int opt;

	c.again = !strcmp(argv[0], "regrade");
	while ((opt = getopt_long(argc, argv, "j:", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			c.jobs = atoi(optarg) > 0 ? atoi(optarg) : 1;
			break;
		case OPT_BOOK:
			book = optarg;
			break;
		case OPT_SEED:
			seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case OPT_KIT:
			c.kit = copy(optarg);
			break;
		case OPT_ENGINE:
			slurm = !strcmp(optarg, "slurm");
			if (!slurm && strcmp(optarg, "local"))
				die("--engine: neither local nor slurm: %s", optarg);
			break;
		default:
			die("what is that? See tlgrade --help");
		}
	}
	if (argc - optind < 2)
		die("which lab, and whose? See tlgrade --help");
	if (!c.kit)
		c.kit = text("build/kit/%s", argv[optind]);
	made = text("%s/build/labs/probe/native.elf", c.kit);
	if (access(made, R_OK))
		die("there is no kit %s: make kit LAB=%s", c.kit, argv[optind]);
	confinement_check();
	c.lab = lab_load(c.kit, argv[optind]);
	c.work = text("%s.work/%s", book, c.lab->name);
	c.bare = text("%s.work/bare", book);
	make_dirs(c.work);
	lock(&c, book);
	c.book = book_open(book, true);
	c.seed = book_seed(c.book, c.lab, seed);
	for (int i = optind + 1; i < argc; i++)
		add_argument(&c, argv[i]);
	only_the_last(&c);
	if (!c.jobs && !slurm)
		c.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
	printf("%s: %zu submissions, seed %u, ", c.lab->name, c.nr, c.seed);
	if (c.jobs)
		printf("%d at a time, ", c.jobs);
	printf("into %s\n", book);
	c.start = now();
	if (slurm)
		engine_slurm(&c);
	else
		engine_local(&c);
	printf("%zu graded, %zu were already; %.1f a minute\n", c.done, c.skipped,
	       (double)c.done / ((now() - c.start) / 60 + 1e-9));
	if (c.lost)
		printf("%zu not graded; mend what is said of them, and call again\n", c.lost);
	book_close(c.book);
	free(made), free(c.kit), free(c.work), free(c.bare);
	lab_free(c.lab);
	for (size_t i = 0; i < c.nr; i++)
		submission_free(&c.at[i]);
	free(c.at);
	return c.lost ? 2 : 0;
}

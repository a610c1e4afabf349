/*
 * batch.c: grading a class: each submission in a process of its own, whose results this one puts
 * into the gradebook as soon as it has them. Whatever is in the book is done; so it may be
 * interrupted at any time, and started again.
 */
#include "grade.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_FILE (4 << 20)

/* A directory name for any student's name, and what he sent. */
static char *safe_name(const struct submission *sub, uint64_t hash)
{
	hash = hash_bytes(hash, sub->student, strlen(sub->student));
	hash = hash_bytes(hash, &sub->order, sizeof(sub->order));
	char *name = text("%.60s-%016llx", sub->student, (unsigned long long)hash);

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

/* All notes of a collection in one line. */
static char *joined(struct list *notes)
{
	char *all = copy("");

	for (size_t i = 0; i < notes->nr; i++) {
		char *more = text("%s%s%s", all, i ? "; " : "", notes->at[i]);

		free(all);
		all = more;
	}
	list_free(notes);
	return all;
}

/* Take what is the lab's, note what is to be noted, and find the place for all that comes of it:
 * one for each version of a submission, so that earlier gradings keep their evidence. */
static void take(struct class *c, struct job *j, const struct submission *sub)
{
	char *incoming = text("%s/incoming", c->work), *safe, *sources;
	struct list notes = {0};

	remove_tree(incoming);
	j->found = collect(c->lab, sub->parts, sub->nr_parts, incoming, &notes, &j->doubts);
	notice(c->lab, c->kit, incoming, &notes);
	if (sub->late && !sub->when)
		list_add(&notes,
			 "late, but it is not known when; counted as one day, unless `tlgrade "
			 "marks` says otherwise");
	j->hash = collected_hash(c->lab, incoming);
	j->notes = joined(&notes);
	if (!j->found) {
		char *all =
		    text("empty: none of the lab's files%s%s", *j->notes ? "; " : "", j->notes);

		free(j->notes);
		j->notes = all;
	}
	safe = safe_name(sub, j->hash);
	j->s.out = text("%s/%s", c->work, safe);
	j->s.sources = sources = text("%s.src", j->s.out);
	remove_tree(sources);
	if (rename(incoming, sources))
		die("cannot make %s: %s", sources, strerror(errno));
	free(incoming), free(safe);
}

static bool is_wanted(const struct class *c, const struct job *j, const struct submission *sub)
{
	enum graded had = book_has(c->book, c->lab, sub, j->hash, c->seed);

	return had == NOT_GRADED || (c->again && (!c->failed || had == GRADED_LESS));
}

bool job_prepare(struct class *c, struct job *j, size_t number)
{
	const struct submission *sub = &c->all.at[number];

	*j = (struct job){.number = number,
			  .trouble = no_room(c->work, ROOM_LEFT),
			  .s = {.lab = c->lab,
				.tree = c->kit,
				.bare = c->bare,
				.confined = true,
				.seed = c->seed,
				.jobs = 1}};
	if (j->trouble) {
		job_lost(c, j);
		job_free(j);
		return false;
	}
	take(c, j, sub);
	if (!is_wanted(c, j, sub)) {
		c->skipped++;
		if (access(j->s.out, F_OK))
			remove_tree(j->s.sources);
		job_free(j);
		return false;
	}
	j->s.not_taken = !j->found;
	add_starters(c->lab, c->kit, j->s.sources);
	remove_tree(j->s.out);
	make_dirs(j->s.out);
	j->results = text("%s.results", j->s.out);
	unlink(j->results);
	return true;
}

/* A line for each: and of who is not wholly there, what is not. */
static void tell(const struct class *c, const struct job *j)
{
	const struct submission *sub = &c->all.at[j->number];
	size_t of = c->lab->files.nr, left = c->all.nr - c->done - c->skipped;
	double minutes = (now() - c->start) / 60;

	printf("[%zu/%zu] ", c->done + c->skipped, c->all.nr);
	printf("%*s", put_cut(sub->shown, 24, stdout) + 1, "");
	if (j->found)
		printf("%3d/%d", session_score(&j->s), c->lab->points);
	else
		printf("  -/%d", c->lab->points);
	printf("  (%.1f a minute, %.0f min left)%s\n", (double)c->done / minutes,
	       (double)left * minutes / (double)c->done,
	       j->s.built || !j->found ? "" : "  does not build");
	if (j->found == of && !j->doubts)
		return;
	if (!j->found)
		printf("      nothing could be taken: ");
	else
		printf("      %zu of %zu files taken: ", j->found, of);
	put_cut(j->notes, 300, stdout);
	putchar('\n');
}

bool job_merge(struct class *c, struct job *j)
{
	struct session *s = &j->s;
	FILE *f = fopen(j->results, "rb");
	bool whole;

	s->results = calloc(c->lab->nr_tests, sizeof(*s->results));
	whole = f &&
		fread(s->results, sizeof(*s->results), c->lab->nr_tests, f) == c->lab->nr_tests &&
		fread(&s->built, sizeof(s->built), 1, f) == 1 &&
		fread(s->build_log, sizeof(s->build_log), 1, f) == 1;
	if (f)
		fclose(f);
	for (size_t i = 0; whole && !j->found && i < c->lab->nr_tests; i++)
		if (s->results[i].verdict != UNGRADED)
			not_taken(&s->results[i]);
	free(j->trouble);
	j->trouble = whole && session_trouble(s) ? copy(session_trouble(s)) : NULL;
	whole &= !j->trouble;
	if (whole) {
		c->done++;
		book_store(c->book, s, &c->all.at[j->number], j->hash, j->notes);
		tell(c, j);
	}
	fflush(stdout);
	free(s->results);
	return whole;
}

void job_lost(struct class *c, const struct job *j)
{
	const char *why = j->trouble ? j->trouble : "lost; call again to grade it";

	c->lost++;
	printf("%s: not graded: %.*s\n", c->all.at[j->number].shown, (int)strcspn(why, "\n"), why);
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

/* nftw() has no argument for its caller's use. */
static long long blocks;
static int count_blocks(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path, (void)type, (void)ftw;
	blocks += st->st_blocks;
	return 0;
}

static void end_job(struct class *c, struct job *j)
{
	waitpid(j->pid, NULL, 0);
	blocks = 0;
	nftw(j->s.out, count_blocks, 32, FTW_PHYS);
	c->disk += blocks * 512;
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

	while (next < c->all.nr || running) {
		siginfo_t info;

		for (int k = 0; k < c->jobs && next < c->all.nr; k++) {
			while (!jobs[k].pid && next < c->all.nr)
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

enum { OPT_BOOK = 1, OPT_SEED, OPT_KIT, OPT_ENGINE, OPT_FAILED };
static const struct option options[] = {
    {"book", 1, NULL, OPT_BOOK},     {"seed", 1, NULL, OPT_SEED},     {"kit", 1, NULL, OPT_KIT},
    {"engine", 1, NULL, OPT_ENGINE}, {"failed", 0, NULL, OPT_FAILED}, {NULL, 0, NULL, 0}};

struct asked {
	char *book;
	unsigned seed;
	bool slurm;
};

static void ask(struct class *c, struct asked *a, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "j:", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			c->jobs = atoi(optarg) > 0 ? atoi(optarg) : 1;
			break;
		case OPT_BOOK:
			a->book = copy(optarg);
			break;
		case OPT_SEED:
			a->seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case OPT_KIT:
			c->kit = copy(optarg);
			break;
		case OPT_FAILED:
			c->failed = true;
			break;
		case OPT_ENGINE:
			a->slurm = !strcmp(optarg, "slurm");
			if (!a->slurm && strcmp(optarg, "local"))
				die("--engine: neither local nor slurm: %s", optarg);
			break;
		default:
			die("what is that? See tlgrade %s --help", argv[0]);
		}
	}
	if (argc - optind < 2)
		die("which lab, and whose? See tlgrade %s --help", argv[0]);
	if (c->failed && !c->again)
		die("--failed is for regrade");
}

/* The kit, the lab that it is of, and the gradebook. */
static void open_class(struct class *c, const struct asked *a, const char *lab)
{
	char *made;

	if (!c->kit)
		c->kit = text("%s/build/kit/%s", home(), lab);
	made = text("%s/build/labs/probe/native.elf", c->kit);
	if (access(made, R_OK))
		die("there is no kit %s: make kit LAB=%s", c->kit, lab);
	free(made);
	confinement_check();
	c->lab = lab_load(c->kit, lab);
	c->work = text("%s.work/%s", a->book, c->lab->name);
	c->bare = text("%s.work/bare", a->book);
	make_dirs(c->work);
	/* The book says where evidence is, from wherever it is asked. */
	made = realpath(c->work, NULL);
	free(c->work);
	c->work = made;
	lock(c, a->book);
	c->book = book_open(a->book, true);
	c->seed = book_seed(c->book, c->lab, a->seed);
}

int batch(int argc, char **argv)
{
	static struct class c;
	struct asked a = {.seed = random_seed()};
	struct rusage used;

	c.again = !strcmp(argv[0], "regrade");
	ask(&c, &a, argc, argv);
	if (!a.book)
		a.book = default_book();
	open_class(&c, &a, argv[optind]);
	for (int i = optind + 1; i < argc; i++)
		add_submissions(&c.all, c.lab, argv[i]);
	/* The policy is the course's, not the kit's. */
	policy_load(&c.lab->policy, home(), c.lab->name);
	if (!c.lab->policy.best)
		only_the_last(&c.all);
	if (!c.jobs && !a.slurm)
		c.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
	printf("%s: %zu submissions, seed %u, ", c.lab->name, c.all.nr, c.seed);
	if (c.jobs)
		printf("%d at a time, ", c.jobs);
	printf("into %s\n", a.book);
	c.start = now();
	if (a.slurm)
		engine_slurm(&c);
	else
		engine_local(&c);
	printf("%zu graded, %zu were already; %.1f a minute\n", c.done, c.skipped,
	       (double)c.done / ((now() - c.start) / 60 + 1e-9));
	if (c.done && !a.slurm) {
		getrusage(RUSAGE_CHILDREN, &used);
		printf("%.1f MB of disk a submission; its largest process had %ld MB of memory\n",
		       (double)c.disk / 1e6 / (double)c.done, used.ru_maxrss / 1024);
	}
	if (c.lost)
		printf("%zu not graded; mend what is said of them, and call again\n", c.lost);
	book_close(c.book);
	free(c.kit), free(c.work), free(c.bare), free(a.book);
	lab_free(c.lab);
	submissions_free(&c.all);
	return c.lost ? 2 : 0;
}

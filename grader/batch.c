/*
 * batch.c: grading a class: each submission in a process of its own, whose results this one puts
 * into the gradebook as soon as it has them (job.c). Whatever is in the book is done; so it may be
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
static void open_class(struct class *c, const struct asked *a, const char *word)
{
	char *lab = lab_name(word), *made;

	if (!c->kit)
		c->kit = text("%s/build/kit/%s", home(), lab);
	made = text("%s/build/labs/probe/native.elf", c->kit);
	if (access(made, R_OK))
		lab_check(home(), lab);
	if (access(made, R_OK))
		die("there is no kit %s: make kit LAB=%s", c->kit, lab);
	free(made);
	confinement_check();
	c->lab = lab_load(c->kit, lab);
	free(lab);
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

/* The times of archives and folders may be of no platform, but of those who copied them. */
#define SOON 60 /* seconds */
#define SOME 3

/* Before hours are spent: who is late, and times that are hard to believe. */
static void tell_times(const struct class *c)
{
	size_t late = 0, future = 0, own = 0;
	const struct submission *latest = NULL, *ahead = NULL;
	time_t first = 0, last = 0, today = time(NULL);
	char when[40];

	for (size_t i = 0; i < c->all.nr; i++) {
		const struct submission *sub = &c->all.at[i];
		int days = submission_late(&c->lab->policy, sub);

		late += days > 0;
		if (days && (!latest || days > submission_late(&c->lab->policy, latest)))
			latest = sub;
		future += sub->when > today + SOON;
		if (sub->when > today + SOON && (!ahead || sub->when > ahead->when))
			ahead = sub;
		if (!sub->when || (*sub->lms && strcmp(sub->lms, "moodle")))
			continue;
		first = !own++ || sub->when < first ? sub->when : first;
		last = sub->when > last ? sub->when : last;
	}
	if (latest)
		printf("%zu of %zu are late, at most by %d day%s: %s\n", late, c->all.nr,
		       submission_late(&c->lab->policy, latest),
		       submission_late(&c->lab->policy, latest) > 1 ? "s" : "", latest->shown);
	put_time(when, sizeof(when), ahead ? ahead->when : last);
	if (ahead)
		printf(
		    "%zu have a time that is yet to come, at most %s: %s; is this machine's clock "
		    "right?\n",
		    future, when, ahead->shown);
	if (c->lab->policy.due && own >= SOME && last - first < SOON)
		printf("all %zu have one time, %s: is it when they were copied or unpacked? "
		       "`unzip` and "
		       "`cp -a` keep the students' own, by which they are late or not\n",
		       own, when);
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
	/* The policy is the course's, not the kit's. */
	policy_load(&c.lab->policy, home(), c.lab->name);
	for (int i = optind + 1; i < argc; i++)
		add_submissions(&c.all, c.lab, argv[i]);
	if (!c.all.nr)
		die("nothing is handed in in %s: no archive, no folder", argv[optind + 1]);
	if (!c.lab->policy.best)
		only_the_last(&c.all);
	if (!c.jobs && !a.slurm)
		c.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
	printf("%s: %zu submission%s, seed %u, ", c.lab->name, c.all.nr, c.all.nr == 1 ? "" : "s",
	       c.seed);
	if (c.jobs)
		printf("%d at a time, ", c.jobs);
	printf("into %s\n", a.book);
	tell_times(&c);
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

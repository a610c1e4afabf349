/* session.c: the tests of one submission, in the order that stages need each other. */
#include "grade.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_UID 60000 /* of those that no distribution hands out */
#define NR_UIDS	  5000

const char *const verdict_names[NR_VERDICTS] = {"passed",      "failed",      "skipped",
						"not written", "unconfirmed", "hung",
						"not built",   "not taken",   "not graded"};

int session_points(const struct session *s, size_t i)
{
	const struct test *t = &s->lab->tests[i];

	if (!s->results[i].done || s->results[i].verdict != PASSED)
		return 0;
	return session_lacks(s, i) ? t->alone : t->points;
}

int session_score(const struct session *s)
{
	int score = 0;

	for (size_t i = 0; i < s->lab->nr_tests; i++)
		score += session_points(s, i);
	return score;
}

const char *session_trouble(const struct session *s)
{
	for (size_t i = 0; i < s->lab->nr_tests; i++)
		if (s->results[i].done && s->results[i].verdict == UNGRADED)
			return s->results[i].why;
	return NULL;
}

int session_hangs(const struct session *s)
{
	int hangs = 0;

	for (size_t i = 0; i < s->lab->nr_tests; i++)
		hangs += s->results[i].done && s->results[i].verdict == HUNG;
	return hangs;
}

void session_finish(struct session *s, size_t i, enum verdict v, const char *why)
{
	struct result *r = &s->results[i];

	r->verdict = v;
	r->done = true;
	put_text(r->why, sizeof(r->why), "%s", why);
	if (s->progress)
		s->progress(s, i);
}

bool session_wants(const struct session *s, size_t i)
{
	const struct test *t = &s->lab->tests[i];

	if (s->emu && strcmp(s->emu, t->bochs ? "bochs" : "qemu"))
		return false;
	return !s->only || !strncmp(s->only, t->stage->id, strlen(s->only)) ||
	       !strcmp(s->only, t->name);
}

const char *not_run(const struct session *s, size_t i)
{
	return session_wants(s, i) ? "not run: time was over" : "not run: not asked for";
}

struct worker {
	pid_t pid;
	int fd;
	size_t test;
};

/* What there is no room for may have been cut off, or left out. */
static void check_room(const struct session *s, long long room, struct result *r)
{
	const char *tmp = getenv("TMPDIR");
	char *why = no_room(s->out, room);

	if (!why && !s->confined)
		why = no_room(tmp ? tmp : "/tmp", ROOM_LEFT);
	if (why) {
		r->verdict = UNGRADED;
		put_text(r->why, sizeof(r->why), "%s", why);
	}
	free(why);
}

/* A process for each test: it is waiting that takes the time. */
static void start(struct session *s, struct worker *w, size_t i)
{
	pid_t self = getpid();
	int fd[2];

	if (pipe(fd))
		die("no pipe");
	fflush(NULL);
	w->pid = fork();
	if (w->pid < 0)
		die("no process");
	if (w->pid == 0) {
		struct result r = s->results[i];

		die_with(self, SIGTERM);
		close(fd[0]);
		r.verdict = FAILED;
		test_run(s, &s->lab->tests[i], &r);
		check_room(s, ROOM_LEFT, &r);
		_exit(write(fd[1], &r, sizeof(r)) == (ssize_t)sizeof(r) ? 0 : 1);
	}
	close(fd[1]);
	w->fd = fd[0];
	w->test = i;
}

static void collect_worker(struct session *s, struct worker *w)
{
	struct result r;

	if (read(w->fd, &r, sizeof(r)) != (ssize_t)sizeof(r)) {
		r = (struct result){.verdict = UNGRADED};
		put_text(r.why, sizeof(r.why), "the grader failed in test %s",
			 s->lab->tests[w->test].name);
	}
	r.done = true;
	s->results[w->test] = r;
	close(w->fd);
	waitpid(w->pid, NULL, 0);
	w->pid = 0;
	if (s->progress)
		s->progress(s, w->test);
}

/* Reap one that has ended, oldest first if several have. */
static void await(struct session *s, struct worker *w, int jobs)
{
	siginfo_t info;

	if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT))
		die("lost a process");
	for (int k = 0; k < jobs; k++)
		if (w[k].pid == info.si_pid)
			collect_worker(s, &w[k]);
}

/* Another one for each directory, and the same when it is used again. */
static uid_t uid_for(const char *out)
{
	char *path = realpath(out, NULL);
	uint64_t h = path ? hash_bytes(HASH_START, path, strlen(path)) : 0;

	free(path);
	return FIRST_UID + (uid_t)((h >> 16) % NR_UIDS);
}

void not_taken(struct result *r)
{
	*r = (struct result){.verdict = NOT_TAKEN, .done = true};
	put_text(r->why, sizeof(r->why), "nothing of the lab could be taken out of what was sent");
}

void session_run(struct session *s)
{
	size_t nr = s->lab->nr_tests, left;
	int jobs = s->jobs > 0 ? s->jobs : 1, running = 0;
	struct worker *w = calloc((size_t)jobs, sizeof(*w));
	bool *started = calloc(nr, sizeof(*started));
	struct result made = {.verdict = PASSED};

	s->results = calloc(nr, sizeof(*s->results));
	make_dirs(s->out);
	if (access(s->out, W_OK))
		die("cannot write in %s: %s", s->out, strerror(errno));
	s->uid = uid_for(s->out);
	for (size_t i = 0; i < nr; i++)
		clear_evidence(s->out, s->lab->tests[i].name);
	/* Who has all the room that a submission can fill cannot run out of it to escape a verdict.
	 */
	check_room(s, s->confined ? ROOM_JOB : ROOM_LEFT, &made);
	if (made.verdict == PASSED && s->not_taken) {
		not_taken(&made);
		s->built = true; /* it was not tried */
	} else if (made.verdict == PASSED) {
		made.verdict = build(s);
		put_text(made.why, sizeof(made.why), "%s",
			 made.verdict == UNGRADED ? s->build_log : "it does not build");
		check_room(s, ROOM_LEFT, &made);
	}
	for (size_t i = 0; i < nr && made.verdict != PASSED; i++)
		session_finish(s, i, made.verdict, made.why);
	left = made.verdict == PASSED ? nr : 0;
	for (size_t i = 0; i < nr; i++)
		started[i] = !session_wants(s, i);
	while (left) {
		left = 0;
		for (size_t i = 0; i < nr; i++) {
			if (started[i] || s->results[i].done || session_trouble(s))
				continue;
			left++;
			/* Whoever asks for one stage gets that, whatever it needs. */
			if (!s->only && !s->emu && !session_ready(s, i))
				continue;
			for (int k = 0; k < jobs; k++) {
				if (w[k].pid)
					continue;
				start(s, &w[k], i);
				started[i] = true;
				running++;
				break;
			}
		}
		if (running) {
			int before = running;

			await(s, w, jobs);
			running = 0;
			for (int k = 0; k < jobs; k++)
				running += w[k].pid != 0;
			left += (size_t)before;
		}
	}
	free(started);
	free(w);
}

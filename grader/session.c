/* session.c: the tests of one submission, in the order that stages need each other. */
#include "grade.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const verdict_names[NR_VERDICTS] = {"passed",      "failed", "skipped",  "not written",
						"unconfirmed", "hung",	 "not built"};

int session_score(const struct session *s)
{
	int score = 0;

	for (size_t i = 0; i < s->lab->nr_tests; i++)
		if (s->results[i].verdict == PASSED && s->results[i].done)
			score += s->lab->tests[i].points;
	return score;
}

static void finish(struct session *s, size_t i, enum verdict v, const char *why)
{
	struct result *r = &s->results[i];

	r->verdict = v;
	r->done = true;
	put_text(r->why, sizeof(r->why), "%s", why);
	if (s->progress)
		s->progress(s, i);
}

/* How a stage stands: 1 all its tests passed, 0 not yet known, -1 one did not. */
static int stage_state(const struct session *s, const char *id)
{
	int state = 1;

	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		if (strcmp(s->lab->tests[i].stage->id, id))
			continue;
		if (!s->results[i].done)
			state = 0;
		else if (s->results[i].verdict != PASSED)
			return -1;
	}
	return state;
}

/* Its own stage may need others, and so may the test itself. Those that fail skip it. */
static bool ready(struct session *s, size_t i)
{
	const struct test *t = &s->lab->tests[i];

	for (size_t k = 0; k < t->needs.nr; k++) {
		int state = stage_state(s, t->needs.at[k]);

		if (state < 0) {
			char *why = text("needs stage %s, which has failed", t->needs.at[k]);

			finish(s, i, SKIPPED, why);
			free(why);
			return false;
		}
		if (state == 0)
			return false;
	}
	return true;
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

		die_with(self);
		close(fd[0]);
		r.verdict = FAILED;
		test_run(s, &s->lab->tests[i], &r);
		_exit(write(fd[1], &r, sizeof(r)) == (ssize_t)sizeof(r) ? 0 : 1);
	}
	close(fd[1]);
	w->fd = fd[0];
	w->test = i;
}

static void collect_worker(struct session *s, struct worker *w)
{
	struct result r;

	if (read(w->fd, &r, sizeof(r)) == (ssize_t)sizeof(r))
		s->results[w->test] = r;
	else
		put_text(s->results[w->test].why, sizeof(r.why), "the grader failed here");
	if (!s->results[w->test].done)
		s->results[w->test].verdict = FAILED;
	s->results[w->test].done = true;
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

void session_run(struct session *s)
{
	size_t nr = s->lab->nr_tests, left = nr;
	int jobs = s->jobs > 0 ? s->jobs : 1, running = 0;
	struct worker *w = calloc((size_t)jobs, sizeof(*w));
	bool *started = calloc(nr, sizeof(*started));

	s->results = calloc(nr, sizeof(*s->results));
	make_dirs(s->out);
	if (!build(s)) {
		for (size_t i = 0; i < nr; i++)
			finish(s, i, NOT_BUILT, "it does not build");
		left = 0;
	}
	for (size_t i = 0; i < nr; i++)
		started[i] = !session_wants(s, i);
	while (left) {
		left = 0;
		for (size_t i = 0; i < nr; i++) {
			if (started[i] || s->results[i].done)
				continue;
			left++;
			/* Whoever asks for one stage gets that, whatever it needs. */
			if (!s->only && !s->emu && !ready(s, i))
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

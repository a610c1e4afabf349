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

/* How a stage stands: 1 all its tests passed, 0 not all are done, -1 one did not pass. Those that
 * nobody asked for do not count. */
static int stage_state(const struct session *s, const char *id)
{
	int state = 1;

	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		if (strcmp(s->lab->tests[i].stage->id, id))
			continue;
		if (!s->results[i].done && session_wants(s, i))
			return 0;
		if (s->results[i].done && s->results[i].verdict != PASSED)
			state = -1;
	}
	return state;
}

const char *session_lacks(const struct session *s, size_t i)
{
	const struct list *needs = &s->lab->tests[i].needs;

	for (size_t k = 0; k < needs->nr; k++)
		if (stage_state(s, needs->at[k]) < 0)
			return needs->at[k];
	return NULL;
}

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

static void finish(struct session *s, size_t i, enum verdict v, const char *why)
{
	struct result *r = &s->results[i];

	r->verdict = v;
	r->done = true;
	put_text(r->why, sizeof(r->why), "%s", why);
	if (s->progress)
		s->progress(s, i);
}

/* Did it stop at that stage, and not at another one? The report's first number is the stage's. */
static bool stopped_at(const struct result *r, const char *id)
{
	const char *at = r->why + strcspn(r->why, "0123456789");

	return r->verdict == UNWRITTEN && !strncmp(at, id, strlen(id));
}

/* Why nothing can be seen of what needs that stage, or NULL. One that is wrong is no reason. */
static const char *no_ground(const struct session *s, const char *id)
{
	int unwritten = 0, untried = 0, hung = 0, passed = 0, wrong = 0;

	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		const struct result *r = &s->results[i];

		if (!r->done || strcmp(s->lab->tests[i].stage->id, id))
			continue;
		unwritten += stopped_at(r, id);
		untried += r->verdict == UNWRITTEN || r->verdict == SKIPPED;
		hung += r->verdict == HUNG;
		wrong += r->verdict == FAILED || r->verdict == UNCONFIRMED;
		passed += r->verdict == PASSED;
	}
	if (unwritten && !passed)
		return "is not written yet";
	if (untried && !passed && !wrong && !hung)
		return "could not be tried yet";
	/* Each such test takes long. */
	return hung && session_hangs(s) >= MANY_HANGS ? "hangs" : NULL;
}

/* Its own stage may need others, and so may the test itself. It waits for those, and is run whether
 * they pass or not, if there is something to see. */
static bool ready(struct session *s, size_t i)
{
	const struct list *needs = &s->lab->tests[i].needs;

	for (size_t k = 0; k < needs->nr; k++)
		if (stage_state(s, needs->at[k]) == 0)
			return false;
	for (size_t k = 0; k < needs->nr; k++) {
		const char *reason = no_ground(s, needs->at[k]);

		if (reason) {
			char *why = text("needs stage %s, which %s", needs->at[k], reason);

			finish(s, i, SKIPPED, why);
			free(why);
			return false;
		}
	}
	return true;
}

/* Words of `run` that only the guest, or what is recorded of it, knows of. */
static bool is_the_guests(const char *word)
{
	static const char *const names[] = {"SCENARIO=", "GUEST_ARGS=", "TRACE="};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(word, names[i], strlen(names[i])))
			return true;
	return false;
}

/* Are all words of `a` about the machine in `b`, too? */
static bool has_all(const struct list *a, const struct list *b)
{
	for (size_t i = 0; i < a->nr; i++)
		if (!is_the_guests(a->at[i]) && !list_has(b, a->at[i]))
			return false;
	return true;
}

/* Do two tests run the same machine, up to where its guest begins? */
static bool same_machine(const struct test *a, const struct test *b)
{
	struct list x = {0}, y = {0};
	bool same;

	list_split(&x, a->run), list_split(&y, b->run);
	same = a->bochs == b->bochs && !a->program && !b->program && has_all(&x, &y) &&
	       has_all(&y, &x);
	list_free(&x), list_free(&y);
	return same;
}

/* A machine that has come to an unwritten stage before its guest began, will do so whatever the
 * guest is to do. @return was there one? */
static bool stops_as_before(struct session *s, size_t i)
{
	for (size_t k = 0; k < s->lab->nr_tests; k++) {
		const struct result *r = &s->results[k];
		char *why;

		if (!r->done || r->verdict != UNWRITTEN || !r->no_guest ||
		    !same_machine(&s->lab->tests[i], &s->lab->tests[k]))
			continue;
		/* What is to do is said there. */
		why = text("%.*s: before the guest begins, as in test %s, so this one was not run",
			   (int)strcspn(r->why, "\n"), r->why, s->lab->tests[k].name);
		s->results[i].seed = run_seed(s->seed, s->lab->tests[i].name, 0);
		finish(s, i, UNWRITTEN, why);
		free(why);
		return true;
	}
	return false;
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
		finish(s, i, made.verdict, made.why);
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
			if (!s->only && !s->emu && (!ready(s, i) || stops_as_before(s, i)))
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

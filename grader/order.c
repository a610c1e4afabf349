/* order.c: which test may be run now, and of which it is known already that there is nothing to
 * see. */
#include "grade.h"

#include <stdlib.h>
#include <string.h>

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
static bool has_ground(struct session *s, size_t i)
{
	const struct list *needs = &s->lab->tests[i].needs;

	for (size_t k = 0; k < needs->nr; k++)
		if (stage_state(s, needs->at[k]) == 0)
			return false;
	for (size_t k = 0; k < needs->nr; k++) {
		const char *reason = no_ground(s, needs->at[k]);

		if (reason) {
			char *why = text("needs stage %s, which %s", needs->at[k], reason);

			session_finish(s, i, SKIPPED, why);
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
		session_finish(s, i, UNWRITTEN, why);
		free(why);
		return true;
	}
	return false;
}

bool session_ready(struct session *s, size_t i)
{
	return has_ground(s, i) && !stops_as_before(s, i);
}

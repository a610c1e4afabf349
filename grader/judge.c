/*
 * judge.c: the verdict on one run. First that it ended by itself; then the second witness, for a
 * trace that the CPU does not confirm is worth nothing; then console, trace and budget.
 */
#include "judge.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

int ask_tltrace(const struct session *s, const char *const *args, char *output, size_t size,
		struct result *r)
{
	double start = now();
	int status = tltrace(s, args, output, size);
	bool early = status == 128 + SIGKILL && now() - start < TRACE_CPU;

	if (early || (status > 2 && status <= 128) || status >= COMMAND_HUNG)
		verdict(r, UNGRADED, "tltrace %s could not do its work (%d): %s", args[0], status,
			output);
	return status;
}

/* If it does not, the place is drawn: what was expected, and what came instead; and there is a page
 * that steps through what led there. */
static bool trace_holds(const struct session *s, const struct test *t, const char *prefix,
			const char *ctf, const struct vars *v, struct result *r)
{
	char *expect, *svg, *html, *picture, *page, sets[MAX_VARS][70], output[2800];
	const char *args[8 + 2 * MAX_VARS] = {"check", ctf};
	size_t n = 7;
	int status;

	if (!t->expect)
		return true;
	expect = text("labs/%s/%s", s->lab->name, t->expect);
	svg = text("%s.diverged.svg", prefix);
	html = text("%s.diverged.html", prefix);
	picture = inside(s, svg);
	page = inside(s, html);
	args[2] = expect;
	args[3] = args[5] = "--diverge";
	args[4] = picture;
	args[6] = page;
	for (size_t i = 0; i < v->nr; i++) {
		put_text(sets[i], sizeof(sets[i]), "%s=%s", v->name[i], v->value[i]);
		args[n++] = "--set";
		args[n++] = sets[i];
	}
	status = ask_tltrace(s, args, output, sizeof(output), r);
	if (status == 1)
		put_text(r->diagram, sizeof(r->diagram), "%s.diverged.svg", base_name(prefix));
	free(expect), free(svg), free(html), free(picture), free(page);
	if (status && r->verdict != UNGRADED)
		verdict(r, FAILED, "the trace does not hold:\n%s", output);
	return status == 0;
}

/* That the guest left is said by the hypervisor, of a guest that was ended and of a crash it says
 * otherwise. */
static bool left_by_itself(const char *console)
{
	static const char *const said[] = {": left by port f4", ": powered off",
					   "the guest shut itself down"};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (strstr(console, said[i]))
			return true;
	return false;
}

#define ENDED 2 /* the hypervisor has ended the domain */

/* Not as agreed. A guest that left by itself may have found out what is wrong, and said it: then
 * that comes first. It remains a failure, whatever it has said. Or it should not have come so far.
 * @return was it one of these? */
static bool ended_otherwise(const struct session *s, const struct test *t, const char *prefix,
			    const char *log, const char *console, const char *words, int status,
			    struct vars *v, struct result *r)
{
	struct result found = {.verdict = FAILED, .seed = r->seed};
	char *how;

	bad_end(s, prefix, console, words, status, r);
	if (r->verdict != FAILED || !left_by_itself(console))
		return false;
	how = copy(r->why);
	if (words_hold(s, t, prefix, log, console, v, &found) || found.verdict != FAILED) {
		bool too_far = t->exit == ENDED && status == 0;

		if (too_far)
			verdict(r, FAILED,
				"the guest came to its end; the hypervisor should have ended it "
				"before");
		free(how);
		return too_far;
	}
	put_text(r->why, sizeof(r->why), "%.3000s\nthen %s", found.why, how);
	free(how);
	return true;
}

/* As QEMU has counted them. The time stamps of a trace are the student's. -1: it has not. */
static long long ticks_of(const char *prefix)
{
	char *path = text("%s.insns", prefix), *number = read_file(path, 40, true);
	long long n = number ? atoll(number) : -1;

	free(path), free(number);
	return n;
}

/* tools/icount.c then ends the machine. */
static bool stood_still(const char *prefix)
{
	char *path = text("%s.insns", prefix), *s = read_file(path, 40, true);
	bool still = s && strstr(s, "still");

	free(path), free(s);
	return still;
}

static bool confirmed(const struct session *s, const struct test *t, const char *ctf,
		      const char *log, struct result *r)
{
	const char *args[] = {"witness", ctf, log, NULL};
	char output[2800];

	if (t->untraced)
		return true;
	if (ask_tltrace(s, args, output, sizeof(output), r) == 0)
		return true;
	/* A mistake that the trace itself tells of is no forgery. */
	if (r->verdict != UNGRADED && strstr(output, "as the trace says"))
		verdict(r, FAILED, "%s", output + strlen("witness: "));
	else if (r->verdict != UNGRADED)
		verdict(r, UNCONFIRMED, "the CPU does not confirm the trace:\n%s", output);
	return false;
}

/* For the eye, if no line of an expectation tells where it went wrong: its last page fault. */
static void draw(const struct session *s, const char *ctf, const char *prefix, struct result *r)
{
	char *svg = text("%s.svg", prefix), *in = inside(s, svg), output[200];
	const char *args[] = {"draw", ctf, "-o", in, NULL};

	if (tltrace(s, args, output, sizeof(output)) == 0)
		put_text(r->diagram, sizeof(r->diagram), "%s.svg", base_name(prefix));
	free(svg), free(in);
}

void judge(const struct session *s, const struct test *t, const char *prefix, int status,
	   const char *words, struct result *r)
{
	char *path = text("%s.console", prefix), *console = read_file(path, MAX_CONSOLE, true);
	char *outer = text("%s.ctf", prefix), *ctf = inside(s, outer);
	char *log_outer = text("%s.int.log", prefix), *log = inside(s, log_outer);
	struct vars v = {.nr = 0};
	bool checked = false;

	if (!console)
		console = copy("");
	if (stood_still(prefix))
		hung(s, prefix, "the processor stood still: halted, and nothing woke it", r);
	else if (status == COMMAND_HUNG || status == 124 || status == 137 ||
		 status == 128 + SIGXCPU)
		hung(s, prefix, "it did not end by itself", r);
	else if (status == 128 + SIGXFSZ || status == (128 + SIGXFSZ - 1) / 2)
		hung(s, prefix, "it wrote more than a run may", r);
	else if (status != t->exit)
		checked = ended_otherwise(s, t, prefix, log, console, words, status, &v, r);
	else if (!confirmed(s, t, ctf, log, r))
		;
	else if (checked = true, words_hold(s, t, prefix, log, console, &v, r) &&
				     trace_holds(s, t, prefix, ctf, &v, r)) {
		r->ticks = ticks_of(prefix);
		if (t->ticks && r->ticks < 0)
			verdict(r, UNGRADED, "nobody has counted its instructions");
		else if (t->ticks && r->ticks > t->ticks)
			verdict(r, FAILED, "took %lld guest instructions; the budget is %d",
				r->ticks, t->ticks);
		else
			r->verdict = PASSED;
	}
	/* A stage without which the guest goes on; whatever came out is not its merit. */
	char *stage = unwritten(console);

	if (r->verdict <= FAILED && stage && !strncmp(stage, t->stage->id, strlen(t->stage->id)))
		not_written(s, "went on without", stage, r);
	free(stage);
	r->no_guest = ticks_of(prefix) == 0;
	if (r->verdict == HUNG || (r->verdict == FAILED && !checked))
		as_far_as_bare(s, t, console, r);
	if (r->verdict == FAILED && t->expect && !r->diagram[0]) {
		struct result other = {.verdict = FAILED};

		/* The console told first; the trace may show where it went wrong. */
		if (v.nr == t->let.nr)
			trace_holds(s, t, prefix, ctf, &v, &other);
		put_text(r->diagram, sizeof(r->diagram), "%s", other.diagram);
		if (!r->diagram[0])
			draw(s, ctf, prefix, r);
	}
	if (r->verdict != PASSED && r->verdict != UNWRITTEN && r->verdict != UNGRADED)
		(void)(hint_from(&t->hints, checked && r->verdict == FAILED, r) ||
		       hint_from(&s->lab->hints, checked && r->verdict == FAILED, r));
	r->done = true;
	free(path), free(console), free(outer), free(ctf), free(log_outer), free(log);
}

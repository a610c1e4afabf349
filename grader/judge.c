/*
 * judge.c: the verdict on one run. First that it ended by itself; then the second witness, for a
 * trace that the CPU does not confirm is worth nothing; then console, trace and budget.
 */
#include "grade.h"

#include <ctype.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CONSOLE (1 << 20)
#define MAX_VARS    16

struct vars {
	char name[MAX_VARS][24], value[MAX_VARS][40];
	size_t nr;
};

static bool matches(const char *pattern, const char *console, regmatch_t *m)
{
	regex_t re;
	bool found;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NEWLINE))
		die("bad regular expression in lab.conf: %s", pattern);
	found = regexec(&re, console, m ? 2 : 0, m, 0) == 0;
	regfree(&re);
	return found;
}

/* A hint belongs to a failure: to the one that its pattern knows again, or, if it has none, to any
 * that a check found. Who hangs or crashes has not come so far. @return was there one? */
static bool hint_from(const struct list *hints, bool checked, struct result *r)
{
	for (size_t i = 0; i < hints->nr; i++) {
		const char *hint = hints->at[i], *end = strstr(hint + 1, "/ ");
		char *pattern =
		    *hint == '/' && end ? strndup(hint + 1, (size_t)(end - hint - 1)) : NULL;
		bool fits = pattern ? matches(pattern, r->why, NULL) : checked;
		size_t n = strlen(r->why);

		if (fits)
			put_text(r->why + n, sizeof(r->why) - n, "%shint: %s",
				 n && r->why[n - 1] == '\n' ? "" : "\n", pattern ? end + 2 : hint);
		free(pattern);
		if (fits)
			return true;
	}
	return false;
}

/* "$NAME" in a pattern stands for its value. */
static char *filled(const char *pattern, const struct vars *v)
{
	char *result = calloc(1, strlen(pattern) + 64 * MAX_VARS), *to = result;

	while (*pattern) {
		size_t len = 0, i;

		while (*pattern == '$' && (isupper((unsigned char)pattern[1 + len]) ||
					   (len && (isdigit((unsigned char)pattern[1 + len]) ||
						    pattern[1 + len] == '_'))))
			len++;
		for (i = 0; i < v->nr; i++)
			if (len && strlen(v->name[i]) == len &&
			    !strncmp(v->name[i], pattern + 1, len))
				break;
		if (len && i < v->nr) {
			to = stpcpy(to, v->value[i]);
			pattern += 1 + len;
		} else {
			*to++ = *pattern++;
		}
	}
	return result;
}

/* `let = NAME PATTERN`: what the guest drew from its seed. */
static bool learn(const struct test *t, const char *console, struct vars *v, struct result *r)
{
	for (size_t i = 0; i < t->let.nr && v->nr < MAX_VARS; i++) {
		const char *space = strchr(t->let.at[i], ' ');
		regmatch_t m[2];

		if (!space)
			die("lab.conf: let = %s: no pattern", t->let.at[i]);
		if (!matches(space + 1, console, m) || m[1].rm_so < 0) {
			verdict(r, FAILED, "the console lacks a line like: %s", space + 1);
			return false;
		}
		put_text(v->name[v->nr], sizeof(v->name[0]), "%.*s", (int)(space - t->let.at[i]),
			 t->let.at[i]);
		put_text(v->value[v->nr++], sizeof(v->value[0]), "%.*s",
			 (int)(m[1].rm_eo - m[1].rm_so), console + m[1].rm_so);
	}
	return true;
}

/* What it does print instead: the line that begins like the pattern. */
static void missing_line(const char *pattern, const char *console, struct result *r)
{
	char start[40], *line = NULL;
	size_t n = 0;

	for (const char *p = pattern + (*pattern == '^');
	     n < sizeof(start) - 1 && (isalnum((unsigned char)*p) || strchr("_: ", *p)) && *p; p++)
		start[n++] = *p;
	start[n] = '\0';
	while (n && !line) {
		line = line_with(console, start);
		/* With fewer and fewer words. */
		while (n && start[n - 1] == ' ')
			start[--n] = '\0';
		while (n && start[n - 1] != ' ')
			start[--n] = '\0';
	}
	verdict(r, FAILED, "the console should have:  %s\n  it has:  %s", pattern,
		line ? line : "no such line");
	free(line);
}

/* @heard: what the CPU saw the guest send, of what came out. */
static bool console_holds(const struct list *patterns, const char *heard, const char *console,
			  const struct vars *v, struct result *r)
{
	for (size_t i = 0; i < patterns->nr; i++) {
		char *pattern = filled(patterns->at[i], v);
		regmatch_t m[2];
		bool found = matches(pattern, heard, m);

		if (!found && matches(pattern, console, m))
			verdict(r, UNCONFIRMED,
				"the CPU does not confirm the console: no guest has sent:  %s",
				pattern);
		else if (!found)
			missing_line(pattern, heard, r);
		free(pattern);
		if (!found)
			return false;
	}
	return true;
}

/*
 * tltrace about the run, for the verdict. It tells by 0, 1 or 2 what it makes of what it was given,
 * and might be led into a crash, or to work without end, by a trace that is damaged on purpose: all
 * that is the student's. That it could not begin, was stopped early or had no memory is not.
 */
static int ask(const struct session *s, const char *const *args, char *output, size_t size,
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

/* The lines of the console that the guest sent. Bochs' log, without registers, cannot tell. */
static char *spoken(const struct session *s, const struct test *t, const char *log,
		    const char *prefix, const char *console, struct result *r)
{
	char *outer = text("%s.console", prefix), *path = inside(s, outer), *heard;
	const char *args[] = {"spoken", log, path, NULL};

	heard = t->bochs ? copy(console) : calloc(1, MAX_CONSOLE);
	if (!t->bochs && ask(s, args, heard, MAX_CONSOLE, r))
		heard[0] = '\0';
	free(outer), free(path);
	return heard;
}

static bool words_hold(const struct session *s, const struct test *t, const char *prefix,
		       const char *log, const char *console, struct vars *v, struct result *r)
{
	char *heard = spoken(s, t, log, prefix, console, r);
	bool hold = r->verdict != UNGRADED && learn(t, heard, v, r) &&
		    console_holds(&t->console, heard, console, v, r) &&
		    console_holds(&t->said, console, console, v, r) &&
		    same_as_bare(s, t, heard, console, r);

	free(heard);
	return hold;
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
	status = ask(s, args, output, sizeof(output), r);
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
	if (ask(s, args, output, sizeof(output), r) == 0)
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
			verdict(r, FAILED, "took %lld guest instructions; the budget is %lld",
				r->ticks, t->ticks);
		else
			r->verdict = PASSED;
	}
	/* A stage without which the guest goes on; whatever came out is not its merit. */
	char *stage = unwritten(console);

	if (r->verdict <= FAILED && stage && !strncmp(stage, t->stage->id, strlen(t->stage->id)))
		not_written(s, "went on without", stage, r);
	free(stage);
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

/*
 * ending.c: a run that did not end as agreed is a failure that says what it was: a stage that is
 * not written, a fault without end, a triple fault, a panic, another exit code.
 */
#include "grade.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CRASHED	 5 /* tools/run: a triple fault, a reset, an emulator that gave up */
#define ENTRIES	 6 /* of the CPU, that are shown */
#define LOG_TAIL (1 << 16)

void verdict(struct result *r, enum verdict v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->why, sizeof(r->why), fmt, ap);
	va_end(ap);
	r->verdict = v;
}

/* The line of the console that contains `what`, cut off at its end; NULL if there is none. */
char *line_with(const char *console, const char *what)
{
	const char *at = strstr(console, what), *end;

	if (!at)
		return NULL;
	end = strchrnul(at, '\n');
	while (at > console && at[-1] != '\n')
		at--;
	return strndup(at, (size_t)(end - at));
}

/* "lab stage 02.5a is not written": NULL, or the stage of the last such line, to be freed. The
 * earlier ones are of stages without which the guest went on. */
char *unwritten(const char *console)
{
	const char what[] = "lab stage ", *id = NULL;

	for (const char *at = console; (at = strstr(at, what));)
		id = at += strlen(what);
	return id ? strndup(id, strcspn(id, " \n")) : NULL;
}

/* @how: it "stopped at" that stage, which need not be the test's own, or "went on without" it. */
void not_written(const struct session *s, const char *how, const char *id, struct result *r)
{
	const struct stage *stage = NULL;

	for (size_t i = 0; i < s->lab->nr_stages; i++)
		if (!strncmp(id, s->lab->stages[i].id, strlen(s->lab->stages[i].id)))
			stage = &s->lab->stages[i];
	if (stage && stage->todo)
		verdict(r, UNWRITTEN,
			"%s %s, which is not written yet\nto do: %s\n"
			"read: README.md of the lab, \"%s\"",
			how, id, stage->todo, stage->read);
	else
		verdict(r, UNWRITTEN, "%s %s, which is not written yet", how, id);
}

/* What repeats nothing may have written without end: the last whole line of that. */
static char *last_line(const char *prefix)
{
	char *path = text("%s.console", prefix), *end = read_end(path, LOG_TAIL), *line, *last;
	bool much = end && strlen(end) == LOG_TAIL;

	line = much ? strrchr(end, '\n') : NULL;
	if (line)
		*line = '\0';
	line = line ? strrchr(end, '\n') : NULL;
	last = line ? copy(line + 1) : NULL;
	free(path), free(end);
	return last;
}

/* A run without end: which fault it met again and again, of its trace or of the CPU's log; drawn.
 */
void hung(const struct session *s, const char *prefix, const char *what, struct result *r)
{
	char *files[] = {text("%s.ctf", prefix), text("%s.int.log", prefix),
			 text("%s.hang.svg", prefix)};
	char *in[3], output[2800], *told;
	int status = 1;

	for (size_t i = 0; i < 3; i++)
		in[i] = inside(s, files[i]);
	const char *trace[] = {"loop", in[0], "-o", in[2], NULL};
	const char *log[] = {"loop", "--log", in[1], NULL};

	if (access(files[0], F_OK) == 0)
		status = tltrace(s, trace, output, sizeof(output));
	if (status)
		status = tltrace(s, log, output, sizeof(output));
	told = output;
	if (!strncmp(told, "tltrace: ", 9) && strchr(told, '\n')) /* of a full ring */
		told = strchr(told, '\n') + 1;
	char *line = status ? last_line(prefix) : NULL;

	if (line)
		verdict(r, HUNG, "it wrote without end; the last line that it wrote:\n  %.200s",
			line);
	else
		verdict(r, HUNG, "%s%s%s", what, status < 2 ? ": " : "", status < 2 ? told : "");
	free(line);
	if (access(files[2], F_OK) == 0)
		put_text(r->diagram, sizeof(r->diagram), "%s", base_name(files[2]));
	for (size_t i = 0; i < 3; i++)
		free(files[i]), free(in[i]);
}

/* A triple fault, a reset, an emulator that gave up: what tools/run says of it, and the last of the
 * CPU's entries. */
static void crashed(const char *prefix, const char *words, struct result *r)
{
	char *path = text("%s.int.log", prefix), *log = read_end(path, LOG_TAIL), *line, *next;
	bool triple = log && strstr(log, "\nTriple fault");
	struct list entries = {0};
	size_t n;

	verdict(r, FAILED, "%.1000s",
		triple ? "the machine triple-faulted; the CPU's last entries:" : words);
	for (line = log; triple && line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (strstr(line, ": v=") || !strncmp(line, "check_exception", 15))
			list_add(&entries, line);
	}
	for (size_t i = entries.nr > ENTRIES ? entries.nr - ENTRIES : 0; i < entries.nr; i++) {
		n = strlen(r->why);
		put_text(r->why + n, sizeof(r->why) - n, "\n  %.100s", entries.at[i]);
	}
	list_free(&entries);
	free(path), free(log);
}

/* It did not end well: say why, in the machine's own words. */
void bad_end(const struct session *s, const char *prefix, const char *console, const char *words,
	     int status, struct result *r)
{
	static const char *const said[] = {"PANIC",   "domain 0 ended:",  "could not be built",
					   "status=", "trapline: option", "qemu: "};
	char *line, *stage = unwritten(console);

	if (stage && status == 4) {
		not_written(s, "stopped at", stage, r);
		free(stage);
		return;
	}
	free(stage);
	if (status == CRASHED) {
		line = strstr(words, "run: "); /* and what follows */
		crashed(prefix, line ? line : "the machine crashed", r);
		return;
	}
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		line = line_with(console, said[i]);
		if (!line)
			continue;
		verdict(r, FAILED, "it ended with: %s", line);
		free(line);
		return;
	}
	line = line_with(words, "run: ");
	if (line)
		verdict(r, FAILED, "%s", line);
	else
		verdict(r, FAILED, "it ended with exit code %d, not as agreed", status);
	free(line);
}

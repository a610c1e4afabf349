/*
 * words.c: what a run's console must say, with what the guest drew from its seed; and which hint
 * belongs to a failure.
 */
#include "judge.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

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

bool hint_from(const struct list *hints, bool checked, struct result *r)
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

/* The lines of the console that the guest sent. Bochs' log, without registers, cannot tell. */
static char *spoken(const struct session *s, const struct test *t, const char *log,
		    const char *prefix, const char *console, struct result *r)
{
	char *outer = text("%s.console", prefix), *path = inside(s, outer), *heard;
	const char *args[] = {"spoken", log, path, NULL};

	heard = t->bochs ? copy(console) : calloc(1, MAX_CONSOLE);
	if (!t->bochs && ask_tltrace(s, args, heard, MAX_CONSOLE, r))
		heard[0] = '\0';
	free(outer), free(path);
	return heard;
}

bool words_hold(const struct session *s, const struct test *t, const char *prefix, const char *log,
		const char *console, struct vars *v, struct result *r)
{
	char *heard = spoken(s, t, log, prefix, console, r);
	bool hold = r->verdict != UNGRADED && learn(t, heard, v, r) &&
		    console_holds(&t->console, heard, console, v, r) &&
		    console_holds(&t->said, console, console, v, r) &&
		    same_as_bare(s, t, heard, console, r);

	free(heard);
	return hold;
}

/*
 * lms.c: whose a file is, by the name that a course's platform gave it in its download.
 *
 *   Moodle       Jane Doe_123_assignsubmission_file/...     (mod/assign/classes/downloader.php;
 *                older ones end the folder with "_"; without folders the file's name follows)
 *   Canvas       doejane_LATE_123_456_lab02-1.zip           (lib/content_zipper.rb)
 *   Blackboard   Lab 2_jdoe_attempt_2026-03-01-23-58-12_lab02.zip, and the same with .txt after the
 *                time, in which the name is
 *   Gradescope   submission_4567/..., see gradescope.c
 */
#include "grade.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_GROUPS 8

/* The part of `s` that a group matched, or NULL. */
static char *group(const char *s, const regmatch_t *m)
{
	return m->rm_so < 0 ? NULL : text("%.*s", (int)(m->rm_eo - m->rm_so), s + m->rm_so);
}

/* Each of the patterns is compiled once. */
static bool matches(const char *pattern, const char *s, regmatch_t *m)
{
	static struct {
		const char *text;
		regex_t re;
	} known[2];
	size_t i = 0;

	while (known[i].text && strcmp(known[i].text, pattern))
		i++;
	if (!known[i].text && regcomp(&known[i].re, pattern, REG_EXTENDED))
		die("a pattern that is none: %s", pattern);
	known[i].text = pattern;
	return regexec(&known[i].re, s, MAX_GROUPS, m, 0) == 0;
}

static bool from_moodle(const char *file, struct sent *s)
{
	regmatch_t m[MAX_GROUPS];
	char *plugin;

	if (!matches("^(.*)_([0-9]+)_assignsubmission_([a-z]+)(_(.*))?$", file, m))
		return false;
	*s = (struct sent){
	    .lms = "moodle", .name = group(file, &m[1]), .account = group(file, &m[2])};
	plugin = group(file, &m[3]);
	/* What was typed into a form is no file of the lab. */
	s->beside = s->typed = strcmp(plugin, "file") != 0;
	s->as = group(file, &m[5]);
	free(plugin);
	return true;
}

/* "123" or, of who is anonymous, "anon_XYZ12"; what follows is the rest of the name. @return how
 * long it is, with the _ behind it; or 0 */
static size_t canvas_id(const char *s, bool named)
{
	static const char digits[] = "0123456789",
			  letters[] =
			      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t anonymous = !strncmp(s, "anon_", 5) ? 5 : 0;
	size_t n = anonymous || named ? strspn(s + anonymous, anonymous ? letters : digits) : 0;

	return n && s[anonymous + n] == '_' ? anonymous + n + 1 : 0;
}

/* user 123, attachment 456, which grows with time; LATE only if it is. Who is anonymous has no
 * name. What was typed has no number of its own, but ends in _text.html or _link.html. Canvas
 * leaves no _123_ in a name, so the first one is the id. */
static bool from_canvas(const char *file, struct sent *s)
{
	for (const char *p = file; p; p = strchr(p, '_') ? strchr(p, '_') + 1 : NULL) {
		bool named = p > file,
		     late = !strncmp(p, "LATE_", 5) || (named && !strncmp(p, "late_", 5));
		const char *id = p + (late ? 5 : 0);
		size_t n = canvas_id(id, named || late), digits;
		const char *rest = id + n;
		bool typed = n && (!strcmp(rest, "text.html") || !strcmp(rest, "link.html"));

		digits = n ? strspn(rest, "0123456789") : 0;
		if (!typed && (!digits || rest[digits] != '_' || !rest[digits + 1]))
			continue;
		*s = (struct sent){.lms = "canvas",
				   .name = p > file + 1 ? text("%.*s", (int)(p - file - 1), file)
							: NULL,
				   .account = text("%.*s", (int)n - 1, id),
				   .as = typed ? NULL : copy(rest + digits + 1),
				   .order = typed ? 0 : strtoll(rest, NULL, 10),
				   .late = late,
				   .beside = typed,
				   .typed = typed};
		return true;
	}
	return false;
}

static bool from_blackboard(const char *file, struct sent *s)
{
	regmatch_t m[MAX_GROUPS];
	int y, mon, d, h, min, sec, east;
	char *when, *stamp;

	if (!matches("^(.*)_([^_]+)_attempt_([0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{2})"
		     "(_(.+)|\\.txt)$",
		     file, m))
		return false;
	*s = (struct sent){.lms = "blackboard",
			   .name = group(file, &m[2]),
			   .account = group(file, &m[2]),
			   .as = group(file, &m[5])};
	when = group(file, &m[3]);
	sscanf(when, "%d-%d-%d-%d-%d-%d", &y, &mon, &d, &h, &min, &sec);
	stamp = text("%04d-%02d-%02d %02d:%02d:%02d", y, mon, d, h, min, sec);
	s->when = parse_time(stamp, &east);
	s->order = s->when;
	s->beside = !s->as; /* its .txt */
	free(when), free(stamp);
	return true;
}

bool lms_name(const char *file, struct sent *s)
{
	bool found = from_moodle(file, s) || from_blackboard(file, s) || from_canvas(file, s);

	if (found && !s->name)
		s->name = copy(s->account);
	return found;
}

bool lms_student(const char *file, struct sent *s)
{
	bool found = lms_name(file, s);

	if (found && !strcmp(s->lms, "canvas") && !is_archive(file)) {
		sent_free(s);
		*s = (struct sent){0};
		found = false;
	}
	return found;
}

void sent_free(struct sent *s)
{
	free(s->name), free(s->account), free(s->as);
}

/* Blackboard's .txt: "Name: Jane Doe (jdoe)". That is the only place where a user name with a _ in
 * it is whole. */
bool blackboard_text(const char *path, struct sent *s)
{
	char *all = read_file(path, 1 << 16, false), *line, *end, *user, *close;
	bool found = false;

	s->typed = s->beside && all && strstr(all, "\nSubmission Field:") &&
		   !strstr(all, "There is no student submission text");
	line = all && !strncmp(all, "Name: ", 6)	 ? all + 6
	       : all && (line = strstr(all, "\nName: ")) ? line + 7
							 : NULL;
	if (line && (end = strpbrk(line, "\r\n")))
		*end = '\0';
	user = line ? strrchr(line, '(') : NULL;
	close = user ? strchr(user, ')') : NULL;
	if (close && close > user + 1) {
		*user++ = *close = '\0';
		free(s->name), free(s->account);
		s->name = copy(trim(line));
		s->account = copy(user);
		found = true;
	}
	free(all);
	return found;
}

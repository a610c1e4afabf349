/*
 * lms.c: whose a file is, by the name that a course's platform gave it in its download.
 *
 *   Moodle       Jane Doe_123_assignsubmission_file/...      (mod/assign/classes/downloader.php;
 * older ones end the folder with "_"; without folders the file's name follows) Canvas
 * doejane_LATE_123_456_lab02-1.zip             (lib/content_zipper.rb: user 123, attachment 456,
 * which grows with time; LATE only if it is; without names anon_XYZ12 for 123) Blackboard   Lab
 * 2_jdoe_attempt_2026-03-01-23-58-12_lab02.zip, and the same with .txt after the time, in which the
 * name is Gradescope   submission_4567/..., and submission_metadata.yml beside them, which says who
 * and when
 */
#include "grade.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_METADATA (64 << 20) /* it has the results of all earlier gradings, too */
#define MAX_GROUPS   8

/* The part of `s` that a group matched, or NULL. */
static char *group(const char *s, const regmatch_t *m)
{
	return m->rm_so < 0 ? NULL : text("%.*s", (int)(m->rm_eo - m->rm_so), s + m->rm_so);
}

/* Each of the three patterns is compiled once. */
static bool matches(const char *pattern, const char *s, regmatch_t *m)
{
	static struct {
		const char *text;
		regex_t re;
	} known[3];
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
	s->beside = strcmp(plugin, "file") != 0;
	s->as = group(file, &m[5]);
	free(plugin);
	return true;
}

static bool from_canvas(const char *file, struct sent *s)
{
	regmatch_t m[MAX_GROUPS];
	char *id;

	if (!matches("^(([^_]+)_)?((LATE|late)_)?(anon_[A-Za-z0-9]+|[0-9]+)_([0-9]+)_(.+)$", file,
		     m))
		return false;
	*s = (struct sent){.lms = "canvas",
			   .name = group(file, &m[2]),
			   .account = group(file, &m[5]),
			   .as = group(file, &m[7]),
			   .late = m[3].rm_so >= 0};
	id = group(file, &m[6]);
	s->order = strtoll(id, NULL, 10);
	free(id);
	return true;
}

static bool from_blackboard(const char *file, struct sent *s)
{
	regmatch_t m[MAX_GROUPS];
	int y, mon, d, h, min, sec;
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
	s->when = parse_time(stamp);
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

/* A scalar of YAML on one line, without its quotes. */
static char *scalar(char *s)
{
	size_t n;

	s = trim(s);
	n = strlen(s);
	if (n >= 2 && (*s == '\'' || *s == '"') && s[n - 1] == *s) {
		s[n - 1] = '\0';
		s++;
	}
	return s;
}

/* Several submitters are a group: "Jane Doe; John Roe". */
static void and_also(char **all, const char *one)
{
	char *both = *all ? text("%s; %s", *all, one) : copy(one);

	free(*all);
	*all = both;
}

/* A key of the metadata at its indentation, by which alone it is told from what a student's program
 * may have printed into it. */
static char *at(char *line, size_t indent, const char *key)
{
	size_t n = strlen(key);

	return strspn(line, " ") == indent && !strncmp(line + indent, key, n) ? line + indent + n
									      : NULL;
}

static void submitter(struct sent *s, char **email, char *line)
{
	size_t indent = strspn(line, " -");
	char *value;

	if (indent > 6)
		return;
	line += indent;
	if ((value = at(line, 0, ":name:")))
		and_also(&s->name, scalar(value));
	else if ((value = at(line, 0, ":sid:")) && *(value = scalar(value)))
		and_also(&s->account, value);
	else if ((value = at(line, 0, ":email:")))
		and_also(email, scalar(value));
}

static struct sent *more_of(struct sent *s, size_t n)
{
	struct sent *more = realloc(s, (n + 1) * sizeof(*s));

	if (!more)
		die("out of memory");
	return more;
}

size_t gradescope_metadata(const char *path, struct sent **out)
{
	char *all = read_file(path, MAX_METADATA, false), *rest = NULL, *value, *email = NULL;
	struct sent *s = NULL;
	bool who = false;
	size_t n = 0;

	for (char *line = strtok_r(all, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, "\r")] = '\0';
		if (*line != ' ' && *line != '-' && *line != '#' && strchr(line, ':')) {
			if (n && !s[n - 1].account)
				s[n - 1].account = email, email = NULL;
			free(email), email = NULL;
			s = more_of(s, n);
			*strrchr(line, ':') = '\0';
			s[n++] = (struct sent){.lms = "gradescope", .as = copy(scalar(line))};
			who = false;
		} else if (n && (value = at(line, 2, ":created_at:"))) {
			s[n - 1].when = s[n - 1].order = parse_time(scalar(value));
			who = false;
		} else if (n && at(line, 2, ":submitters:")) {
			who = true;
		} else if (who && strspn(line, " ") == 2 && line[2] != '-') {
			who = false;
		} else if (who) {
			submitter(&s[n - 1], &email, line);
		}
	}
	if (n && !s[n - 1].account)
		s[n - 1].account = email, email = NULL;
	free(all), free(email);
	for (size_t i = 0; i < n; i++) {
		if (!s[i].name)
			s[i].name = copy(s[i].account ? s[i].account : s[i].as);
		if (!s[i].account)
			s[i].account = copy(s[i].as);
	}
	*out = s;
	return n;
}

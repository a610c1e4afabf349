/*
 * gradescope.c: who handed in what, by the submission_metadata.yml of Gradescope's export, which is
 * YAML as Ruby writes it:
 *
 *   submission_4567:
 *     :submitters:
 *     - :name: Jane Doe
 *       :sid: '123'
 *       :email: jane@example.org
 *     :created_at: 2026-03-01 22:59:00.123456000 Z
 *     :results: ...
 *
 * A key is told by its indentation alone, since what a student's program has printed is in there,
 * too, but deeper. Several submitters are a group.
 */
#include "grade.h"

#include <stdlib.h>
#include <string.h>

#define MAX_METADATA (64 << 20) /* it has the results of all earlier gradings, too */

/* What comes behind the line that was read last. */
struct reader {
	char *next;
};

/* Without what ends it; NULL behind the last. */
static char *next_line(struct reader *r)
{
	char *line = r->next, *end = line + strcspn(line, "\n");

	if (!*line)
		return NULL;
	r->next = *end ? end + 1 : end;
	*end = '\0';
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	return line;
}

static bool is_blank(const char *s)
{
	return !s[strspn(s, " \t")];
}

/* The end of a line within quotes is a blank, or for each empty line that follows a line end.
 * @return where it goes on, or NULL at the end of the file */
static char *fold(struct reader *r, FILE *f, bool escaped)
{
	size_t empty = 0;
	char *line;

	while ((line = next_line(r)) && is_blank(line))
		empty++;
	if (!empty && !escaped)
		fputc(' ', f);
	while (empty--)
		fputc('\n', f);
	return line ? line + strspn(line, " \t") : NULL;
}

static void single_quoted(struct reader *r, char *s, FILE *f)
{
	while (s && (*s != '\'' || s[1] == '\'')) {
		if (is_blank(s)) {
			s = fold(r, f, false);
			continue;
		}
		s += *s == '\'';
		fputc(*s++, f);
	}
}

static void put_utf8(unsigned long c, FILE *f)
{
	if (!c || c > 0x10FFFF)
		fputc('?', f);
	else if (c < 0x80)
		fputc((int)c, f);
	else if (c < 0x800)
		fprintf(f, "%c%c", (int)(0xC0 | c >> 6), (int)(0x80 | (c & 63)));
	else if (c < 0x10000)
		fprintf(f, "%c%c%c", (int)(0xE0 | c >> 12), (int)(0x80 | (c >> 6 & 63)),
			(int)(0x80 | (c & 63)));
	else
		fprintf(f, "%c%c%c%c", (int)(0xF0 | c >> 18), (int)(0x80 | (c >> 12 & 63)),
			(int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
}

/* What follows a \ (YAML 1.1, 5.6). @return what follows that */
static char *escape(char *s, FILE *f)
{
	static const char letters[] = "0abtnvfreN_LP";
	static const unsigned short meant[] = {0,    '\a', '\b', '\t', '\n',   '\v',  '\f',
					       '\r', 27,   0x85, 0xA0, 0x2028, 0x2029};
	const char *letter = strchr(letters, *s);
	size_t digits = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
	char hex[9] = "";

	if (digits && strspn(s + 1, "0123456789abcdefABCDEF") >= digits) {
		memcpy(hex, s + 1, digits);
		put_utf8(strtoul(hex, NULL, 16), f);
		return s + 1 + digits;
	}
	put_utf8(letter ? meant[letter - letters] : (unsigned char)*s, f);
	return s + 1;
}

static void double_quoted(struct reader *r, char *s, FILE *f)
{
	while (s && *s != '"') {
		if (*s == '\\' && s[1])
			s = escape(s + 1, f);
		else if (*s == '\\' || is_blank(s))
			s = fold(r, f, *s == '\\');
		else
			fputc(*s++, f);
	}
}

/* Does the next line belong to a value whose key is at that indentation? */
static bool goes_on(const struct reader *r, size_t indent, bool blank)
{
	size_t n = strspn(r->next, " ");

	return *r->next && (strchr("\r\n", r->next[n]) ? blank : n > indent);
}

/* Behind | or >, whose own ends of lines do not matter here. */
static void block(struct reader *r, bool folded, size_t indent, FILE *f)
{
	while (goes_on(r, indent, true)) {
		fputs(trim(next_line(r)), f);
		fputc(folded ? ' ' : '\n', f);
	}
}

static bool is_null(const char *s)
{
	return !*s || !strcmp(s, "~") || !strcasecmp(s, "null");
}

/* The value that begins at `s`, of a key at that indentation. @return NULL if it is null; to be
 * freed */
static char *scalar(struct reader *r, char *s, size_t indent)
{
	char *value = NULL, *comment;
	bool null = false;
	size_t n;
	FILE *f = open_memstream(&value, &n);

	if (!f)
		die("out of memory");
	s += strspn(s, " ");
	while (*s == '!' || *s == '&') { /* a tag, an anchor */
		s += strcspn(s, " ");
		s += strspn(s, " ");
	}
	if (*s == '"') {
		double_quoted(r, s + 1, f);
	} else if (*s == '\'') {
		single_quoted(r, s + 1, f);
	} else if (*s == '|' || *s == '>') {
		block(r, *s == '>', indent, f);
	} else {
		comment = strstr(s, " #");
		if (comment)
			*comment = '\0';
		s = trim(s);
		null = is_null(s);
		fputs(s, f);
		while (!null && goes_on(r, indent, false))
			fprintf(f, " %s", trim(next_line(r)));
	}
	fclose(f);
	if (null)
		free(value), value = NULL;
	return value;
}

/* What was found. Those from `first` on are of the submission that is being read. */
struct found {
	struct sent *at;
	size_t nr, first;
	size_t column; /* of a submitter's keys */
	char *email;   /* of the last submitter, if there is no other id */
	char *as;      /* the submission's folder */
	time_t when;
};

static struct sent *more(struct found *all)
{
	all->at = realloc(all->at, (all->nr + 1) * sizeof(*all->at));
	if (!all->at)
		die("out of memory");
	all->at[all->nr] = (struct sent){.lms = "gradescope"};
	return &all->at[all->nr++];
}

static void end_of_submitter(struct found *all)
{
	struct sent *s = all->nr > all->first ? &all->at[all->nr - 1] : NULL;

	if (s && (!s->account || !*s->account)) {
		free(s->account);
		s->account = all->email, all->email = NULL;
	}
	free(all->email), all->email = NULL;
}

/* Who has neither id nor name is called by the folder. */
static void end_of_submission(struct found *all)
{
	end_of_submitter(all);
	if (all->as && all->nr == all->first)
		more(all);
	for (size_t i = all->first; i < all->nr; i++) {
		struct sent *s = &all->at[i];

		if (!s->account)
			s->account = i == all->first ? copy(all->as)
						     : text("%s-%zu", all->as, i - all->first + 1);
		if (!s->name)
			s->name = copy(s->account);
		s->as = copy(all->as);
		s->when = s->order = all->when;
	}
	free(all->as), all->as = NULL;
	all->first = all->nr;
	all->when = 0;
}

/* A line of the list: "- :name: Jane Doe", ":sid: '123'". */
static void submitter(struct found *all, struct reader *r, char *line)
{
	size_t column = strspn(line, " ");
	char *end, *value;
	struct sent *s;

	if (line[column] == '-') {
		column++;
		column += strspn(line + column, " ");
		end_of_submitter(all);
		more(all);
		all->column = column;
	}
	line += column;
	end = *line == ':' ? strchr(line + 1, ':') : NULL;
	if (column != all->column || all->nr == all->first || !end)
		return;
	*end = '\0';
	value = scalar(r, end + 1, column);
	s = &all->at[all->nr - 1];
	if (value && !strcmp(line, ":name") && !s->name)
		s->name = copy(trim(value));
	else if (value && !strcmp(line, ":sid") && !s->account)
		s->account = copy(trim(value));
	else if (value && !strcmp(line, ":email") && !all->email && *trim(value))
		all->email = copy(trim(value));
	free(value);
}

/* What comes behind a key at that indentation, or NULL. */
static char *at(char *line, size_t indent, const char *key)
{
	size_t n = strlen(key);

	return strspn(line, " ") == indent && !strncmp(line + indent, key, n) ? line + indent + n
									      : NULL;
}

size_t gradescope_metadata(const char *path, struct sent **out)
{
	char *all = read_file(path, MAX_METADATA, false), *value;
	struct reader r = {all}, nothing = {(char[]){""}};
	struct found found = {.nr = 0};
	bool who = false;

	int east;

	if (!all)
		die("cannot read %s", path);
	for (char *line; (line = next_line(&r));) {
		if (*line && !strchr(" -#", *line) && strchr(line, ':')) {
			end_of_submission(&found);
			*strrchr(line, ':') = '\0';
			found.as = scalar(&nothing, line, 0);
			who = false;
		} else if (!found.as) {
			continue;
		} else if ((value = at(line, 2, ":created_at:"))) {
			value = scalar(&r, value, 2);
			found.when = value ? parse_time(value, &east) : 0;
			free(value);
			who = false;
		} else if (at(line, 2, ":submitters:")) {
			who = true;
		} else if (strspn(line, " ") == 2 && line[2] != '-') {
			who = false;
		} else if (who) {
			submitter(&found, &r, line);
		}
	}
	end_of_submission(&found);
	free(all);
	*out = found.at;
	return found.nr;
}

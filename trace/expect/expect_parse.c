/* expect_parse.c: the order language: from text to lines. EXPECT.md has the grammar. */
#include "expect/expect_parser.h"

#include "read/number.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* "... OP N" at the end of the line, as two words. */
static int parse_limit(struct expect_parser *p, struct expect_line *l)
{
	const char *op = p->n >= 3 ? p->words[p->n - 2] : "";
	size_t used = expect_scan_op(op, &l->op);

	if (!used || op[used] || !number_parse(p->words[p->n - 1], &l->number))
		return expect_bad(p, "this line must end in '== N', '<= N' or the like", NULL);
	return 0;
}

static int parse_let(struct expect_parser *p, struct expect_line *l)
{
	if (p->n != 4 || !expect_is_name(p->words[1], strlen(p->words[1])) ||
	    strcmp(p->words[2], "=") || !number_parse(p->words[3], &l->number))
		return expect_bad(p, "expected: let NAME = NUMBER", NULL);
	strcpy(l->name, p->words[1]);
	return 0;
}

/* episode all | episode NUMBER | episode [first|last] (va=VALUE | PATTERN) */
static int parse_episode(struct expect_parser *p, struct expect_line *l)
{
	size_t at = 1;

	if (p->n == 2 && !strcmp(p->words[1], "all")) {
		l->pick = PICK_ALL;
		return 0;
	}
	if (p->n == 2 && number_parse(p->words[1], &l->number)) {
		l->pick = PICK_NUMBER;
		return 0;
	}
	if (p->n > 2 && (!strcmp(p->words[1], "first") || !strcmp(p->words[1], "last"))) {
		l->pick = p->words[1][0] == 'f' ? PICK_FIRST : PICK_LAST;
		at = 2;
	}
	if (p->n == at + 1 && !strncmp(p->words[at], "va", 2)) {
		struct expect_pattern *q = &l->pattern;

		strcpy(q->event, "trap");
		q->ntests = 3;
		return expect_parse_test(p, "trap", "vec=14", &q->tests[0]) ||
			       expect_parse_test(p, "trap", "from=app", &q->tests[1]) ||
			       expect_parse_test(p, "trap", p->words[at], &q->tests[2])
			   ? -1
			   : 0;
	}
	return expect_parse_pattern(p, at, p->n, &l->pattern);
}

static int parse_words(struct expect_parser *p, struct expect_line *l)
{
	static const struct {
		const char *word;
		enum expect_kind kind;
	} prefixes[] = {
	    {"then", LINE_THEN}, {"any", LINE_ANY}, {"maybe", LINE_MAYBE}, {"never", LINE_NEVER}};
	const char *w = p->words[0];

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strcmp(w, prefixes[i].word))
			continue;
		l->kind = prefixes[i].kind;
		return expect_parse_pattern(p, 1, p->n, &l->pattern);
	}
	if (!strcmp(w, "let")) {
		l->kind = LINE_LET;
		return parse_let(p, l);
	}
	if (!strcmp(w, "episode")) {
		l->kind = LINE_EPISODE;
		return parse_episode(p, l);
	}
	if (!strcmp(w, "end") && p->n == 1) {
		l->kind = LINE_END;
		return 0;
	}
	if (!strcmp(w, "count")) {
		l->kind = LINE_COUNT;
		return parse_limit(p, l) || expect_parse_pattern(p, 1, p->n - 2, &l->pattern) ? -1
											      : 0;
	}
	if (!strcmp(w, "cost")) {
		l->kind = LINE_COST;
		return p->n == 3 ? parse_limit(p, l) : expect_bad(p, "expected: cost <= N", NULL);
	}
	l->kind = LINE_NEXT;
	return expect_parse_pattern(p, 0, p->n, &l->pattern);
}

/* Cut @line into words. A # at the start or after a space begins a comment. */
static int split(struct expect_parser *p, char *line)
{
	p->n = 0;
	for (char *s = line; *s;) {
		if (isspace((unsigned char)*s)) {
			*s++ = 0;
			continue;
		}
		if (*s == '#')
			break;
		if (p->n == MAX_WORDS)
			return expect_bad(p, "too many words on one line", NULL);
		p->words[p->n++] = s;
		while (*s && !isspace((unsigned char)*s))
			s++;
	}
	return 0;
}

static int parse_line(struct expect_parser *p, struct expect *x, const char *text, size_t len)
{
	struct expect_line *l;
	char *copy, *shown;
	int rc;

	if (len > 500 || memchr(text, 0, len))
		return expect_bad(p, "line too long, or not text", NULL);
	copy = strndup(text, len);
	shown = strndup(text, len);
	if (!copy || !shown)
		abort();
	rc = split(p, copy);
	if (rc == 0 && p->n) {
		if (x->count == EXPECT_LINES) {
			rc = expect_bad(p, "too many lines", NULL);
		} else {
			x->lines = xrealloc(x->lines, x->count + 1, sizeof(*x->lines));
			l = &x->lines[x->count++];
			memset(l, 0, sizeof(*l));
			l->lineno = p->lineno;
			l->text = xstrdup(shown + strspn(shown, " \t"));
			rc = parse_words(p, l);
		}
	}
	free(copy);
	free(shown);
	return rc;
}

int expect_parse(struct expect *x, const char *file, const char *text, size_t size, struct err *err)
{
	struct expect_parser p = {.file = file, .err = err};
	const char *end = text + size;

	memset(x, 0, sizeof(*x));
	x->file = xstrdup(file);
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((nl ? nl : end) - text);

		p.lineno++;
		if (parse_line(&p, x, text, len)) {
			expect_free(x);
			return -1;
		}
		text += len + 1;
	}
	if (x->count)
		return 0;
	expect_free(x);
	return err_set(err, "%.200s: nothing is expected: the file has no lines", file);
}

void expect_free(struct expect *x)
{
	for (size_t i = 0; i < x->count; i++)
		free(x->lines[i].text);
	free(x->lines);
	free(x->file);
	memset(x, 0, sizeof(*x));
}

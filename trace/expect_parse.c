/* expect_parse.c: the order language: from text to lines. EXPECT.md has the grammar. */
#include "expect.h"

#include "number.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 24

struct parser {
	const char *file;
	int lineno;
	struct err *err;
	char *words[MAX_WORDS];
	size_t n;
};

static int bad(const struct parser *p, const char *what, const char *word)
{
	return err_set(p->err, "%.200s:%d: %s%s%.60s%s", p->file, p->lineno, what, word ? " '" : "",
		       word ? word : "", word ? "'" : "");
}

static bool is_name(const char *s, size_t n)
{
	if (n == 0 || n >= EXPECT_NAME || isdigit((unsigned char)s[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '_')
			return false;
	return true;
}

static const char *const op_names[] = {
    [OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=",
};

const char *expect_op_name(enum expect_op op)
{
	return op_names[op];
}

/* Read a comparison at @s; "=" is "==". Returns its length, 0 if there is none. */
static size_t scan_op(const char *s, enum expect_op *op)
{
	static const enum expect_op longest_first[] = {OP_EQ, OP_NE, OP_LE, OP_GE, OP_LT, OP_GT};

	for (size_t i = 0; i < ARRAY_SIZE(longest_first); i++) {
		size_t n = strlen(op_names[longest_first[i]]);

		if (strncmp(s, op_names[longest_first[i]], n))
			continue;
		*op = longest_first[i];
		return n;
	}
	*op = OP_EQ;
	return s[0] == '=';
}

/* Does any event that fits @event have @field? Its type goes to *@type. */
static bool field_exists(const char *event, const char *field, enum type_id *type)
{
	static const u8 zero[64];

	for (size_t i = 0; i < schema_nevents; i++) {
		struct event e = {.def = &schema_events[i], .fields = zero};
		s64 v;

		/* Lanes decide between crossing and note; either will do here. */
		if ((expect_event_fits(event, &e) || !strcmp(event, "crossing")) &&
		    event_field(&e, field, &v, type) && *type != TY_b16)
			return true;
	}
	return false;
}

/* A name as a value: of the field's enumeration, of a hypercall, of an exception. */
static bool parse_word(const char *field, enum type_id type, const char *word, s64 *out)
{
	const struct schema_enum *en = schema_enum_of(type);
	int n = en ? schema_value_number(en, word) : -1;

	for (u32 i = 0; n < 0 && i < 256; i++) {
		const char *s = !strcmp(field, "nr")	? hypercall_name(i)
				: !strcmp(field, "vec") ? vector_name(i)
							: NULL;

		if (s && !strcmp(s[0] == '#' ? s + 1 : s, word))
			n = (int)i;
	}
	*out = n;
	return n >= 0;
}

static bool parse_number(const char *s, s64 *out)
{
	bool negative = s[0] == '-';
	u64 n;

	if (!number_parse(s + negative, &n) || (negative && n > INT32_MAX))
		return false;
	*out = negative ? -(s64)n : (s64)n;
	return true;
}

/* field[&MASK] OP VALUE, without spaces. */
static int parse_test(struct parser *p, const char *event, const char *word, struct expect_test *t)
{
	size_t n = strcspn(word, "&=!<>"), used;
	const char *at = word + n;
	enum type_id type;

	if (!is_name(word, n))
		return bad(p, "expected FIELD=VALUE, not", word);
	memcpy(t->field, word, n);
	if (!field_exists(event, t->field, &type))
		return bad(p, "no such field in this event:", t->field);
	t->mask = ~0ull;
	if (*at == '&') {
		char mask[24] = "";

		n = strcspn(++at, "=!<>");
		if (n >= sizeof(mask))
			return bad(p, "mask too long in", word);
		memcpy(mask, at, n);
		if (!number_parse(mask, &t->mask))
			return bad(p, "no number as mask in", word);
		at += n;
	}
	used = scan_op(at, &t->op);
	at += used;
	if (!used || !*at)
		return bad(p, "expected FIELD=VALUE, not", word);
	if (*at == '$') {
		if (!is_name(at + 1, strlen(at + 1)))
			return bad(p, "no variable name in", word);
		memcpy(t->var, at + 1, strlen(at + 1));
		return 0;
	}
	if (!parse_number(at, &t->number) && !parse_word(t->field, type, at, &t->number))
		return bad(p, "no number and no name that this field knows:", at);
	return 0;
}

static bool is_event_word(const char *s)
{
	static const char *const groups[] = {"entry", "exit", "crossing", "note", "event"};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (!strcmp(groups[i], s))
			return true;
	return schema_by_name(s) != NULL;
}

static int parse_pattern(struct parser *p, size_t from, size_t to, struct expect_pattern *out)
{
	if (from >= to)
		return bad(p, "expected an event", NULL);
	if (strlen(p->words[from]) >= EXPECT_NAME || !is_event_word(p->words[from]))
		return bad(p, "no such event or keyword:", p->words[from]);
	strcpy(out->event, p->words[from]);
	for (size_t i = from + 1; i < to; i++) {
		if (out->ntests == EXPECT_TESTS)
			return bad(p, "too many fields on one line", NULL);
		if (parse_test(p, out->event, p->words[i], &out->tests[out->ntests++]))
			return -1;
	}
	return 0;
}

/* "... OP N" at the end of the line, as two words. */
static int parse_limit(struct parser *p, struct expect_line *l)
{
	const char *op = p->n >= 3 ? p->words[p->n - 2] : "";
	size_t used = scan_op(op, &l->op);

	if (!used || op[used] || !number_parse(p->words[p->n - 1], &l->number))
		return bad(p, "this line must end in '== N', '<= N' or the like", NULL);
	return 0;
}

static int parse_let(struct parser *p, struct expect_line *l)
{
	if (p->n != 4 || !is_name(p->words[1], strlen(p->words[1])) || strcmp(p->words[2], "=") ||
	    !number_parse(p->words[3], &l->number))
		return bad(p, "expected: let NAME = NUMBER", NULL);
	strcpy(l->name, p->words[1]);
	return 0;
}

/* episode all | episode NUMBER | episode [first|last] (va=VALUE | PATTERN) */
static int parse_episode(struct parser *p, struct expect_line *l)
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
		return parse_test(p, "trap", "vec=14", &q->tests[0]) ||
			       parse_test(p, "trap", "from=app", &q->tests[1]) ||
			       parse_test(p, "trap", p->words[at], &q->tests[2])
			   ? -1
			   : 0;
	}
	return parse_pattern(p, at, p->n, &l->pattern);
}

static int parse_words(struct parser *p, struct expect_line *l)
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
		return parse_pattern(p, 1, p->n, &l->pattern);
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
		return parse_limit(p, l) || parse_pattern(p, 1, p->n - 2, &l->pattern) ? -1 : 0;
	}
	if (!strcmp(w, "cost")) {
		l->kind = LINE_COST;
		return p->n == 3 ? parse_limit(p, l) : bad(p, "expected: cost <= N", NULL);
	}
	l->kind = LINE_NEXT;
	return parse_pattern(p, 0, p->n, &l->pattern);
}

/* Cut @line into words. A # at the start or after a space begins a comment. */
static int split(struct parser *p, char *line)
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
			return bad(p, "too many words on one line", NULL);
		p->words[p->n++] = s;
		while (*s && !isspace((unsigned char)*s))
			s++;
	}
	return 0;
}

static int parse_line(struct parser *p, struct expect *x, const char *text, size_t len)
{
	struct expect_line *l;
	char *copy, *shown;
	int rc;

	if (len > 500 || memchr(text, 0, len))
		return bad(p, "line too long, or not text", NULL);
	copy = strndup(text, len);
	shown = strndup(text, len);
	if (!copy || !shown)
		abort();
	rc = split(p, copy);
	if (rc == 0 && p->n) {
		if (x->count == EXPECT_LINES) {
			rc = bad(p, "too many lines", NULL);
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
	struct parser p = {.file = file, .err = err};
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

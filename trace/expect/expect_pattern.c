/* expect_pattern.c: the order language: patterns of events and tests of their fields. */
#include "expect/expect_parser.h"

#include "read/number.h"

#include <ctype.h>
#include <string.h>

int expect_bad(const struct expect_parser *p, const char *what, const char *word)
{
	return err_set(p->err, "%.200s:%d: %s%s%.60s%s", p->file, p->lineno, what, word ? " '" : "",
		       word ? word : "", word ? "'" : "");
}

bool expect_is_name(const char *s, size_t n)
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
size_t expect_scan_op(const char *s, enum expect_op *op)
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
int expect_parse_test(struct expect_parser *p, const char *event, const char *word,
		      struct expect_test *t)
{
	size_t n = strcspn(word, "&=!<>"), used;
	const char *at = word + n;
	enum type_id type;

	if (!expect_is_name(word, n))
		return expect_bad(p, "expected FIELD=VALUE, not", word);
	memcpy(t->field, word, n);
	if (!field_exists(event, t->field, &type))
		return expect_bad(p, "no such field in this event:", t->field);
	t->mask = ~0ull;
	if (*at == '&') {
		char mask[24] = "";

		n = strcspn(++at, "=!<>");
		if (n >= sizeof(mask))
			return expect_bad(p, "mask too long in", word);
		memcpy(mask, at, n);
		if (!number_parse(mask, &t->mask))
			return expect_bad(p, "no number as mask in", word);
		at += n;
	}
	used = expect_scan_op(at, &t->op);
	at += used;
	if (!used || !*at)
		return expect_bad(p, "expected FIELD=VALUE, not", word);
	if (*at == '$') {
		if (!expect_is_name(at + 1, strlen(at + 1)))
			return expect_bad(p, "no variable name in", word);
		memcpy(t->var, at + 1, strlen(at + 1));
		return 0;
	}
	if (!parse_number(at, &t->number) && !parse_word(t->field, type, at, &t->number))
		return expect_bad(p, "no number and no name that this field knows:", at);
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

int expect_parse_pattern(struct expect_parser *p, size_t from, size_t to,
			 struct expect_pattern *out)
{
	if (from >= to)
		return expect_bad(p, "expected an event", NULL);
	if (strlen(p->words[from]) >= EXPECT_NAME || !is_event_word(p->words[from]))
		return expect_bad(p, "no such event or keyword:", p->words[from]);
	strcpy(out->event, p->words[from]);
	for (size_t i = from + 1; i < to; i++) {
		if (out->ntests == EXPECT_TESTS)
			return expect_bad(p, "too many fields on one line", NULL);
		if (expect_parse_test(p, out->event, p->words[i], &out->tests[out->ntests++]))
			return -1;
	}
	return 0;
}

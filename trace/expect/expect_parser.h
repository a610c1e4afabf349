/* expect_parser.h: what the two halves of the parser share. */
#ifndef TLTRACE_EXPECT_PARSER_H
#define TLTRACE_EXPECT_PARSER_H

#include "expect/expect.h"

#define MAX_WORDS 24

struct expect_parser {
	const char *file;
	int lineno;
	struct err *err;
	char *words[MAX_WORDS];
	size_t n;
};

/** "FILE:LINE: what 'word'"; @word may be NULL. Returns -1. */
int expect_bad(const struct expect_parser *p, const char *what, const char *word);
/** Are the first @n characters of @s a name of ours? */
bool expect_is_name(const char *s, size_t n);
/** Read a comparison at @s; "=" is "==". Returns its length, 0 if there is none. */
size_t expect_scan_op(const char *s, enum expect_op *op);
/** field[&MASK] OP VALUE, without spaces. 0, or -1. */
int expect_parse_test(struct expect_parser *p, const char *event, const char *word,
		      struct expect_test *t);
/** The words from @from up to @to: an event and its tests. 0, or -1. */
int expect_parse_pattern(struct expect_parser *p, size_t from, size_t to,
			 struct expect_pattern *out);

#endif

/* copies.h: winnow.c (the fingerprints of one work) and copies.c (who has which in common). */
#ifndef COPIES_H
#define COPIES_H

#include "grade.h"

#define GRAM   10 /* tokens in a fingerprint */
#define WINDOW 6  /* of so many in a row one is chosen */

struct token {
	uint64_t plain, word; /* a name as such; as it is */
	int line;
	bool given; /* the handout's */
};
struct tokens {
	struct token *at;
	size_t nr;
};
struct mark { /* a fingerprint */
	uint64_t hash;
	size_t first; /* of its tokens */
};
struct work {
	char **texts; /* as lab->files */
	const struct lab *lab;
	struct tokens t; /* of all files; line is counted through them */
	struct mark *marks;
	size_t nr;
	uint64_t words; /* of all that is the student's */
};

/** For qsort and bsearch of hashes. */
int by_value(const void *a, const void *b);
bool has(const uint64_t *set, size_t nr, uint64_t x);
/** Append the tokens of a text, from `line` on. `known`: hashes of the handout's names; NULL: all
 * are. */
void tokenize(struct tokens *t, const char *s, int line, const uint64_t *known, size_t nr_known);
/** Sorted hashes of all grams of the handout. */
uint64_t *grams(const struct tokens *t, size_t *nr);
void leave_out_given(struct work *w, const uint64_t *given, size_t nr);
/** Choose the fingerprints of what is left; sorted by hash. */
void winnow(struct work *w);

#endif

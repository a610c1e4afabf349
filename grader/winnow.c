/*
 * winnow.c: the fingerprints of one work. Of the tokens that are not the handout's, they are chosen
 * by winnowing (Schleimer, Wilkerson, Aiken: Winnowing: Local Algorithms for Document
 * Fingerprinting, SIGMOD 2003): of each WINDOW hashes of GRAM tokens in a row the least one. So two
 * who share WINDOW + GRAM - 1 tokens in a row share a fingerprint. Comments and layout are no
 * tokens, and a name that is not in the handout is just a name, so that another one changes
 * nothing.
 */
#include "copies.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool has(const uint64_t *set, size_t nr, uint64_t x)
{
	return nr && bsearch(&x, set, nr, sizeof(*set), by_value);
}

static size_t comment(const char *s)
{
	const char *end;

	if (!strncmp(s, "//", 2))
		return strcspn(s, "\n");
	if (strncmp(s, "/*", 2))
		return 0;
	end = strstr(s + 2, "*/");
	return end ? (size_t)(end - s) + 2 : strlen(s);
}

static size_t quoted(const char *s)
{
	size_t n = 1;

	while (s[n] && s[n] != *s && s[n] != '\n')
		n += s[n] == '\\' && s[n + 1] ? 2 : 1;
	return s[n] == *s ? n + 1 : n;
}

/* Append the tokens of a text. `known`: hashes of the handout's names; NULL: all are. */
void tokenize(struct tokens *t, const char *s, int line, const uint64_t *known, size_t nr_known)
{
	while (*s) {
		size_t n = comment(s);
		bool name = false;

		if (!n && isspace((unsigned char)*s))
			n = 1;
		if (n) {
			for (; n; n--)
				line += *s++ == '\n';
			continue;
		}
		if (isalpha((unsigned char)*s) || *s == '_') {
			name = true;
			while (isalnum((unsigned char)s[n]) || s[n] == '_')
				n++;
		} else if (isdigit((unsigned char)*s)) {
			while (isalnum((unsigned char)s[n]))
				n++;
		} else if (*s == '"' || *s == '\'') {
			n = quoted(s);
		} else {
			n = 1;
		}
		if (t->nr % 1024 == 0)
			t->at = realloc(t->at, (t->nr + 1024) * sizeof(*t->at));
		struct token *k = &t->at[t->nr++];

		*k = (struct token){.word = hash_bytes(HASH_START, s, n), .line = line};
		k->plain = name && known && !has(known, nr_known, k->word) ? 1 : k->word;
		s += n;
	}
}

static uint64_t gram(const struct tokens *t, size_t i)
{
	uint64_t h = HASH_START;

	for (size_t k = 0; k < GRAM; k++)
		h = hash_bytes(h, &t->at[i + k].plain, sizeof(uint64_t));
	return h;
}

/* Sorted hashes of all grams of the handout. */
uint64_t *grams(const struct tokens *t, size_t *nr)
{
	uint64_t *set = calloc(t->nr + 1, sizeof(*set));

	*nr = 0;
	for (size_t i = 0; i + GRAM <= t->nr; i++)
		set[(*nr)++] = gram(t, i);
	qsort(set, *nr, sizeof(*set), by_value);
	return set;
}

void leave_out_given(struct work *w, const uint64_t *given, size_t nr)
{
	for (size_t i = 0; i + GRAM <= w->t.nr; i++)
		if (has(given, nr, gram(&w->t, i)))
			for (size_t k = 0; k < GRAM; k++)
				w->t.at[i + k].given = true;
	w->words = HASH_START;
	for (size_t i = 0; i < w->t.nr; i++)
		if (!w->t.at[i].given)
			w->words = hash_bytes(w->words, &w->t.at[i].word, sizeof(uint64_t));
}

static int by_hash(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash)
				  : (x->first > y->first) - (x->first < y->first);
}

/* The least hash of each window, the last of several; but of a gram only if all of it is the
 * student's. */
void winnow(struct work *w)
{
	size_t nr = w->t.nr >= GRAM ? w->t.nr - GRAM + 1 : 0, chosen = (size_t)-1, run = 0;
	uint64_t *hash = calloc(nr + 1, sizeof(*hash));

	w->marks = calloc(nr + 1, sizeof(*w->marks));
	for (size_t i = 0; i < nr; i++) {
		bool own = true;
		size_t least;

		for (size_t k = 0; k < GRAM; k++)
			own &= !w->t.at[i + k].given;
		run = own ? run + 1 : 0;
		hash[i] = gram(&w->t, i);
		/* A run that is shorter than a window has one, too. */
		if (!run || (run < WINDOW && i + 1 < nr && !w->t.at[i + GRAM].given))
			continue;
		least = i;
		for (size_t k = 1; k < WINDOW && k < run; k++)
			if (hash[i - k] < hash[least])
				least = i - k;
		if (least != chosen)
			w->marks[w->nr++] = (struct mark){hash[least], least};
		chosen = least;
	}
	free(hash);
	qsort(w->marks, w->nr, sizeof(*w->marks), by_hash);
}

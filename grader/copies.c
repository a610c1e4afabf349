/* copies.c: who has written the same: whose fingerprints (winnow.c) are another's, too. */
#include "copies.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Fewer fingerprints say nothing; and what more people than MANY have, and more than half of the
 * class, is what the lab leads to. */
#define FEWEST	   8
#define MANY	   10
#define MAX_SOURCE (1 << 20)

/* @return false if none of its files is there */
static bool read_work(struct work *w, const struct lab *lab, const char *dir, const uint64_t *known,
		      size_t nr_known)
{
	bool found = false;
	int line = 0;

	w->lab = lab;
	w->texts = calloc(lab->files.nr, sizeof(*w->texts));
	for (size_t i = 0; i < lab->files.nr; i++) {
		char *path = text("%s/%s", dir, base_name(lab->files.at[i]));

		w->texts[i] = read_file(path, MAX_SOURCE, true);
		free(path);
		found |= w->texts[i] != NULL;
		if (!w->texts[i])
			w->texts[i] = copy("");
		tokenize(&w->t, w->texts[i], line, known, nr_known);
		for (const char *s = w->texts[i]; *s; s++)
			line += *s == '\n';
		line++;
	}
	return found;
}

static void work_free(struct work *w)
{
	for (size_t i = 0; w->texts && i < w->lab->files.nr; i++)
		free(w->texts[i]);
	free(w->texts), free(w->t.at), free(w->marks);
}

/* Distinct fingerprints of a work that is none of those in `common`. */
static size_t thin(struct mark *m, size_t nr, const uint64_t *common, size_t nr_common)
{
	size_t n = 0;

	for (size_t i = 0; i < nr; i++)
		if (!has(common, nr_common, m[i].hash))
			m[n++] = m[i];
	return n;
}

static bool first_of_its_hash(const struct work *w, size_t i)
{
	return !i || w->marks[i].hash != w->marks[i - 1].hash;
}

static size_t distinct(const struct work *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->nr; i++)
		n += first_of_its_hash(w, i);
	return n;
}

/* What more than half of the class has, and more than a few, is what the lab leads to. Who has
 * handed in the very same counts once. */
static void leave_out_common(struct work *works, size_t nr)
{
	uint64_t *all, *common, *seen = calloc(nr + 1, sizeof(*seen));
	size_t n = 0, nr_common = 0, people = 0, room = 1;

	for (size_t i = 0; i < nr; i++)
		room += works[i].nr;
	all = calloc(room, sizeof(*all));
	for (size_t i = 0; i < nr; i++) {
		struct work *w = &works[i];
		bool again = false;

		for (size_t k = 0; k < people; k++)
			again |= seen[k] == w->words;
		if (again || !w->nr)
			continue;
		seen[people++] = w->words;
		for (size_t k = 0; k < w->nr; k++)
			if (first_of_its_hash(w, k))
				all[n++] = w->marks[k].hash;
	}
	qsort(all, n, sizeof(*all), by_value);
	common = calloc(n + 1, sizeof(*common));
	for (size_t i = 0, from = 0; i <= n; i++)
		if (i == n || all[i] != all[from]) {
			if (i - from > MANY && 2 * (i - from) > people)
				common[nr_common++] = all[from];
			from = i;
		}
	for (size_t i = 0; i < nr; i++)
		works[i].nr = thin(works[i].marks, works[i].nr, common, nr_common);
	free(all), free(common), free(seen);
}

static size_t in_both(const struct work *a, const struct work *b)
{
	size_t n = 0;

	for (size_t i = 0, k = 0; i < a->nr && k < b->nr;) {
		uint64_t x = a->marks[i].hash, y = b->marks[k].hash;

		n += x == y;
		if (x <= y)
			while (i < a->nr && a->marks[i].hash == x)
				i++;
		if (y <= x)
			while (k < b->nr && b->marks[k].hash == y)
				k++;
	}
	return n;
}

static int most_alike(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = (y->equal - x->equal) ? y->equal - x->equal : y->percent - x->percent;

	order = order ? order : (x->a > y->a) - (x->a < y->a);
	return order ? order : (x->b > y->b) - (x->b < y->b);
}

static void compare(struct copies *c, size_t a, size_t b, const bool *enough, int percent)
{
	const struct work *x = &c->works[a], *y = &c->works[b];
	size_t nx = distinct(x), ny = distinct(y), least = nx < ny ? nx : ny;
	struct pair p = {a, b, 0, x->words == y->words};

	if (!enough[a] || !enough[b])
		return;
	if (p.equal)
		p.percent = 100;
	else if (least >= FEWEST)
		p.percent = (int)(100 * in_both(x, y) / least);
	if (p.percent < percent)
		return;
	c->at = realloc(c->at, (c->nr + 1) * sizeof(*c->at));
	c->at[c->nr++] = p;
}

struct copies copies_find(const struct lab *lab, const char *tree, const struct gradings *all,
			  int percent)
{
	char *starter = text("%s/labs/%s", tree, lab->name);
	struct copies c = {.works = calloc(all->nr + 1, sizeof(*c.works)), .nr_works = all->nr};
	bool *enough = calloc(all->nr + 1, sizeof(*enough));
	uint64_t *known, *given;
	size_t nr_known, nr_given;
	struct work start = {0};

	read_work(&start, lab, starter, NULL, 0);
	known = calloc(start.t.nr + 1, sizeof(*known));
	for (nr_known = 0; nr_known < start.t.nr; nr_known++)
		known[nr_known] = start.t.at[nr_known].word;
	qsort(known, nr_known, sizeof(*known), by_value);
	given = grams(&start.t, &nr_given);
	c.looked = start.t.nr > 0;
	for (size_t i = 0; i < all->nr && c.looked; i++) {
		char *dir = sources_of(all->at[i].evidence);

		if (all->at[i].counts && all->at[i].taken) {
			if (read_work(&c.works[i], lab, dir, known, nr_known))
				c.read++;
			else
				c.gone++;
			leave_out_given(&c.works[i], given, nr_given);
			winnow(&c.works[i]);
			enough[i] = distinct(&c.works[i]) >= FEWEST;
		}
		free(dir);
	}
	if (c.looked)
		leave_out_common(c.works, all->nr);
	for (size_t a = 0; a < all->nr && c.looked; a++)
		for (size_t b = a + 1; b < all->nr; b++)
			/* A group has handed in one. */
			if (strcmp(all->at[a].evidence, all->at[b].evidence))
				compare(&c, a, b, enough, percent);
	if (c.nr)
		qsort(c.at, c.nr, sizeof(*c.at), most_alike);
	work_free(&start);
	free(starter), free(known), free(given), free(enough);
	return c;
}

/* Which lines have a token that is the student's (1), or one of a common fingerprint (2). */
static char *colours(const struct work *w, const struct work *other, bool equal, int lines)
{
	char *colour = calloc((size_t)lines + 1, 1);

	for (size_t i = 0; i < w->t.nr; i++)
		if (!w->t.at[i].given)
			colour[w->t.at[i].line] = equal ? 2 : 1;
	for (size_t i = 0; i < w->nr; i++)
		if (bsearch(&w->marks[i], other->marks, other->nr, sizeof(*other->marks), by_value))
			for (size_t k = 0; k < GRAM; k++)
				colour[w->t.at[w->marks[i].first + k].line] = 2;
	return colour;
}

json_t *copies_lines(const struct copies *c, const struct pair *p, size_t which)
{
	const struct work *w = &c->works[which == p->a ? p->a : p->b];
	const struct work *other = &c->works[which == p->a ? p->b : p->a];
	json_t *all = json_array();
	int lines = 0, line = 0;
	char *colour;

	for (size_t i = 0; i < w->lab->files.nr; i++, lines++)
		for (const char *s = w->texts[i]; *s; s++)
			lines += *s == '\n';
	colour = colours(w, other, p->equal, lines);
	for (size_t i = 0; i < w->lab->files.nr; i++, line++) {
		int own = 1;

		for (const char *s = w->texts[i], *end; *s; s = end, line++, own++) {
			end = s + strcspn(s, "\n");
			if (colour[line])
				json_array_append_new(
				    all, json_pack("[s, i, s%, b]", base_name(w->lab->files.at[i]),
						   own, s, (size_t)(end - s), colour[line] == 2));
			if (!*end)
				break;
			end++;
		}
	}
	free(colour);
	return all;
}

void copies_free(struct copies *c)
{
	for (size_t i = 0; i < c->nr_works; i++)
		work_free(&c->works[i]);
	free(c->works), free(c->at);
}

void copies_all_read(const struct copies *c)
{
	if (c->gone)
		die("what %zu of %zu handed in is not there (it lies in the .work beside the "
		    "gradebook), and is compared with nobody's",
		    c->gone, c->read + c->gone);
}

static const struct option options[] = {
    {"book", 1, NULL, 1}, {"percent", 1, NULL, 2}, {"kit", 1, NULL, 3}, {NULL, 0, NULL, 0}};

static int percentage(const char *s)
{
	int n;

	if (!whole(s, 100, &n))
		die("--percent %s: only a whole number from 0 to 100", s);
	return n;
}

int copies(int argc, char **argv)
{
	char *book = NULL, *kit = NULL;
	int percent = COPIES_PERCENT, opt;
	struct gradings all;
	struct sqlite3 *db;
	struct copies c;
	struct lab *lab;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 1)
			book = copy(optarg);
		else if (opt == 2)
			percent = percentage(optarg);
		else if (opt == 3)
			kit = copy(optarg);
		else
			die("what is that? See tlgrade copies --help");
	}
	if (optind >= argc)
		die("which lab? See tlgrade copies --help");
	lab = lab_load(home(), argv[optind]);
	if (!book)
		book = default_book();
	if (!kit)
		kit = text("%s/build/kit/%s", home(), lab->name);
	db = book_open(book, false);
	all = book_gradings(db, lab);
	if (!all.nr)
		die("nothing of %s in %s", lab->name, book);
	c = copies_find(lab, kit, &all, percent);
	if (!c.looked)
		die("no starter in %s: make kit LAB=%s", kit, lab->name);
	for (size_t i = 0; i < c.nr; i++) {
		const struct pair *p = &c.at[i];
		char *a = shown_name(all.at[p->a].name, all.at[p->a].account);
		char *b = shown_name(all.at[p->b].name, all.at[p->b].account);

		printf("%3d %%  %s%s and %s\n", p->percent, p->equal ? "equal  " : "", a, b);
		free(a), free(b);
	}
	copies_all_read(&c);
	printf("%zu pairs have %d %% or more in common\n", c.nr, percent);
	copies_free(&c), gradings_free(&all);
	book_close(db);
	lab_free(lab);
	free(book), free(kit);
	return 0;
}

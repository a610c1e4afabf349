/*
 * report_html.c: the class on one page that needs nothing else: report.html, which is linked into
 * this program, with the gradebook in it as JSON. Words that many have are there once, pictures
 * compressed.
 */
#include "grade.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

asm(".section .rodata\n"
    "page_begin: .incbin \"grader/report.html\"\n"
    ".byte 0\n"
    ".previous\n");
extern const char page_begin[];

#define MAX_PICTURE  (2 << 20)
#define MOST_SIDES   60		/* pairs that are shown side by side */
#define ALL_PICTURES (24 << 20) /* bytes of them in the page */

/* What a program has printed may be cut in the middle of a letter. */
static json_t *utf8(const char *s)
{
	json_t *j = json_string(s);
	char *plain;

	if (j)
		return j;
	plain = copy(s);
	clean_text(plain, strlen(plain));
	j = json_string(plain);
	free(plain);
	return j;
}

/* Each string once: its number, in a growing array. */
struct strings {
	json_t *all, *index;
	size_t bytes;
};

/* By its hash. */
static void key_of(char key[20], const char *text)
{
	put_text(key, 20, "%016llx",
		 (unsigned long long)hash_bytes(HASH_START, text, strlen(text)));
}

static json_t *number_of(const struct strings *s, const char *key)
{
	return json_incref(json_object_get(s->index, key));
}

static json_t *add(struct strings *s, const char *key, json_t *text)
{
	s->bytes += json_string_length(text);
	json_object_set_new(s->index, key, json_integer((json_int_t)json_array_size(s->all)));
	json_array_append_new(s->all, text);
	return number_of(s, key);
}

static json_t *once(struct strings *s, const char *text)
{
	char key[20];

	key_of(key, text);
	return json_object_get(s->index, key) ? number_of(s, key) : add(s, key, utf8(text));
}

/* As gzip has it, in base64. */
static char *packed(const void *bytes, size_t n)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t room = n + 4096, used = 0, at = 0;
	unsigned char *out = calloc(1, room + 3);
	char *s = malloc(room * 4 / 3 + 8);
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();

	archive_write_set_format_raw(a);
	archive_write_add_filter_gzip(a);
	archive_write_set_filter_option(a, "gzip", "timestamp", NULL);
	archive_write_set_bytes_per_block(a, 0);
	archive_write_open_memory(a, out, room, &used);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_write_header(a, e);
	archive_write_data(a, bytes, n);
	archive_write_close(a);
	archive_write_free(a);
	archive_entry_free(e);
	for (size_t i = 0; i < used; i += 3) {
		unsigned v = (unsigned)out[i] << 16 | (unsigned)out[i + 1] << 8 | out[i + 2];

		for (int k = 0; k < 4; k++)
			s[at++] = i + (size_t)k > used ? '=' : digits[v >> (18 - 6 * k) & 63];
	}
	s[at] = '\0';
	free(out);
	return s;
}

/* The picture of a failed test, if it is there still. */
static json_t *picture(struct strings *all, const struct session *s, const struct result *r)
{
	char *path = text("%s/%s", s->out, r->diagram), key[20];
	char *bytes =
	    r->diagram[0] && all->bytes < ALL_PICTURES ? read_file(path, MAX_PICTURE, false) : NULL;
	json_t *n = NULL;

	free(path);
	if (!bytes)
		return NULL;
	key_of(key, bytes);
	n = number_of(all, key);
	if (!n) {
		char *s64 = packed(bytes, strlen(bytes));

		n = add(all, key, json_string(s64));
		free(s64);
	}
	free(bytes);
	return n;
}

/* Put the part of @bytes up to @end, packed, among all. */
static void put_part(struct strings *all, json_t *parts, char *bytes, size_t n)
{
	char *part = strndup(bytes, n), key[20], *s64;
	json_t *number;

	key_of(key, part);
	number = number_of(all, key);
	if (!number) {
		s64 = packed(part, n);
		number = add(all, key, json_string(s64));
		free(s64);
	}
	json_array_append_new(parts, number);
	free(part);
}

/* The page that steps through what led to the place, beside its picture: three parts, of which the
 * first and the last are the same for all students. */
static json_t *player(struct strings *all, const struct session *s, const struct result *r)
{
	char *path = text("%s/%s", s->out, r->diagram), *dot = strrchr(path, '.'), *page = NULL;
	char *from, *to;
	json_t *parts = NULL;

	if (dot && !strcmp(dot, ".svg") && all->bytes < ALL_PICTURES) {
		char *html = text("%.*s.html", (int)(dot - path), path);

		page = read_file(html, MAX_PICTURE, false);
		free(html);
	}
	from = page ? strstr(page, " id=\"pages\">\n") : NULL;
	to = from ? strstr(from, "</script>\n<script>\n") : NULL;
	if (to) {
		parts = json_array();
		put_part(all, parts, page, (size_t)(from - page));
		put_part(all, parts, from, (size_t)(to - from));
		put_part(all, parts, to, strlen(to));
	}
	free(path), free(page);
	return parts;
}

/* A name that a student chose, as JSON wants it: UTF-8. */
static json_t *words(const char *s)
{
	char *clean = clean_name(s);
	json_t *j = json_string(clean);

	free(clean);
	return j;
}

static json_t *others(const struct gradings *all, const struct grading *g)
{
	json_t *j = json_array();

	for (size_t i = 0; i < all->nr; i++)
		if (&all->at[i] != g && !strcmp(all->at[i].student, g->student))
			json_array_append_new(j, json_pack("[I, i, I]", (json_int_t)all->at[i].id,
							   all->at[i].score,
							   (json_int_t)all->at[i].when));
	return j;
}

static json_t *one(const struct session *s, const struct gradings *all, const struct grading *g,
		   struct strings *texts, struct strings *pictures)
{
	json_t *v = json_array(), *p = json_array(), *why = json_object(), *pic = json_object(),
	       *play = json_object();
	bool drawn = false;
	json_t *j;

	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		const struct result *r = &s->results[i];
		char key[20];
		json_t *n, *pages;

		put_text(key, sizeof(key), "%zu", i);
		json_array_append_new(v, json_integer(r->verdict));
		json_array_append_new(p, json_integer(session_points(s, i)));
		if (r->verdict != PASSED)
			json_object_set_new(why, key, once(texts, r->why));
		/* One is enough to begin with; the others lie with the evidence. */
		n = drawn ? NULL : picture(pictures, s, r);
		if (n)
			json_object_set_new(pic, key, n);
		pages = n ? player(pictures, s, r) : NULL;
		if (pages)
			json_object_set_new(play, key, pages);
		drawn |= n != NULL;
	}
	j = json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:b, s:I, s:o, s:o, s:o, "
		      "s:o, s:o, s:o}",
		      "v", v, "p", p, "why", why, "pic", pic, "play", play, "score", g->score,
		      "total", g->total, "days", g->days, "cost", g->cost, "answers", g->answers,
		      "taken", g->taken, "when", (json_int_t)g->when, "name", words(g->name), "id",
		      words(g->account), "notes", words(g->notes), "evidence", words(g->evidence),
		      "others", others(all, g), "build",
		      s->built ? json_integer(0) : once(texts, s->build_log));
	if (!j)
		die("a text that is not UTF-8");
	return j;
}

/* `place`: where each grading is among the students of the page. */
static json_t *pairs(const struct copies *c, const size_t *place)
{
	json_t *all = json_array();

	for (size_t i = 0; i < c->nr; i++) {
		const struct pair *p = &c->at[i];
		json_t *j =
		    json_pack("{s:I, s:I, s:i, s:b}", "a", (json_int_t)place[p->a], "b",
			      (json_int_t)place[p->b], "percent", p->percent, "equal", p->equal);

		if (i < MOST_SIDES) {
			json_object_set_new(j, "left", copies_lines(c, p, p->a));
			json_object_set_new(j, "right", copies_lines(c, p, p->b));
		}
		json_array_append_new(all, j);
	}
	return all;
}

static json_t *stages(const struct lab *lab)
{
	json_t *all = json_array();

	for (size_t k = 0; k < lab->nr_stages; k++) {
		int points = 0;

		for (size_t i = 0; i < lab->nr_tests; i++)
			points += lab->tests[i].stage == &lab->stages[k] ? lab->tests[i].points : 0;
		json_array_append_new(all,
				      json_pack("{s:s, s:s, s:i}", "id", lab->stages[k].id, "title",
						lab->stages[k].title ? lab->stages[k].title : "",
						"points", points));
	}
	return all;
}

static json_t *tests(const struct lab *lab)
{
	json_t *all = json_array();

	for (size_t i = 0; i < lab->nr_tests; i++) {
		const struct test *t = &lab->tests[i];

		json_array_append_new(all, json_pack("{s:s, s:s, s:i, s:i}", "name", t->name,
						     "title", t->title ? t->title : "", "stage",
						     (int)(t->stage - lab->stages), "points",
						     t->points));
	}
	return all;
}

static json_t *verdicts(void)
{
	json_t *all = json_array();

	for (int v = 0; v < UNGRADED; v++)
		json_array_append_new(all, json_string(verdict_names[v]));
	return all;
}

/* In a page nothing of a text may end, or begin, a script. */
static void put_json(const json_t *j, FILE *f)
{
	char *s = json_dumps(j, JSON_COMPACT);

	for (const char *c = s; *c; c++)
		if (*c == '<')
			fputs("\\u003c", f);
		else
			fputc(*c, f);
	free(s);
}

void report_html(struct sqlite3 *db, const struct lab *lab, const struct gradings *all,
		 const char *kit, FILE *f)
{
	struct strings texts = {json_array(), json_object(), 0},
		       pictures = {json_array(), json_object(), 0};
	size_t *place = calloc(all->nr + 1, sizeof(*place));
	struct copies c = copies_find(lab, kit, all, COPIES_PERCENT);
	struct session s = {.lab = lab};
	const char *here = strstr(page_begin, "@DATA@");
	json_t *students = json_array(), *j;

	json_decref(once(&texts, "")); /* number 0 is nothing */
	for (size_t i = 0; i < all->nr; i++) {
		if (!all->at[i].counts)
			continue;
		book_fill(db, &s, &all->at[i]);
		place[i] = json_array_size(students);
		json_array_append_new(students, one(&s, all, &all->at[i], &texts, &pictures));
	}
	j = json_pack(
	    "{s:s, s:s, s:i, s:i, s:I, s:b, s:i, s:o, s:o, s:o, s:o, s:o, s:O, s:O, s:b, s:I}",
	    "lab", lab->name, "title", lab->title ? lab->title : lab->name, "points", lab->points,
	    "answers", lab->policy.answers, "due", (json_int_t)lab->policy.due, "best",
	    lab->policy.best, "percent", COPIES_PERCENT, "verdicts", verdicts(), "stages",
	    stages(lab), "tests", tests(lab), "students", students, "copies", pairs(&c, place),
	    "texts", texts.all, "pictures", pictures.all, "looked", c.looked, "gone",
	    (json_int_t)c.gone);
	fwrite(page_begin, 1, (size_t)(here - page_begin), f);
	put_json(j, f);
	fputs(here + strlen("@DATA@"), f);
	json_decref(j);
	json_decref(texts.all), json_decref(texts.index);
	json_decref(pictures.all), json_decref(pictures.index);
	copies_all_read(&c);
	copies_free(&c);
	free(place), free(s.results);
}

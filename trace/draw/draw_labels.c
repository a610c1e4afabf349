/* draw_labels.c: reads a file of labels, and looks texts up in it. */
#include "draw/draw_labels.h"

#include "read/file.h"
#include "read/sb.h"
#include "read/schema.h"
#include "trapline/ring.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 160

static const char *const texts[] = {
#include "labels.inc"
};

/* How an episode may end (episode_verdict()) is in the outline of a PDF. */
static const char *const ends[] = {"injected", "resumed", "unfinished"};

/* Values of these enumerations are words of pictures, too. */
static const char *const enums[] = {"walk", "reason", "shadow", "why", "ptype", "victim"};

struct label {
	char *key, *text;
};
static struct {
	struct label *v;
	size_t count;
} labels;

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct label *)a)->key, ((const struct label *)b)->key);
}

const char *word(const char *text)
{
	struct label want = {.key = (char *)text}, *found;

	if (!labels.count)
		return text;
	found = bsearch(&want, labels.v, labels.count, sizeof(want), by_key);
	return found ? found->text : text;
}

bool labels_changed(void)
{
	return labels.count != 0;
}

/* The conversion that begins at or behind @s, or its end; @n gets how long it is. "%%" is none. */
static const char *conversion(const char *s, size_t *n)
{
	for (; *s; s++) {
		if (*s != '%')
			continue;
		*n = 1 + strspn(s + 1, "-+ #0123456789.*lhz");
		if (s[*n])
			++*n;
		if (*n == 1 || s[*n - 1] != '%')
			return s;
		s += *n - 1;
	}
	*n = 0;
	return s;
}

/* Is there anything to say but what is filled in? */
static bool has_words(const char *s)
{
	while (*s) {
		size_t n;
		const char *c = conversion(s, &n);

		for (; s < c; s++)
			if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			    (*s >= '0' && *s <= '9'))
				return true;
		s = c + n;
	}
	return false;
}

static bool same_conversions(const char *a, const char *b)
{
	size_t n, m;

	do {
		a = conversion(a, &n);
		b = conversion(b, &m);
		if (n != m || strncmp(a, b, n))
			return false;
		a += n;
		b += m;
	} while (n);
	return true;
}

/* What stands in for "1,000" tells what is between thousands, which may be nothing. */
static bool is_thousand(const char *s)
{
	size_t n = strlen(s);

	return n >= 4 && s[0] == '1' && !strcmp(s + n - 3, "000") &&
	       strcspn(s + 1, "0123456789%") >= n - 4;
}

/* Every text once, in order: those of the source, and the names of the enumerations. */
static void each_text(void (*take)(void *ctx, const char *text), void *ctx)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (has_words(texts[i]))
			take(ctx, texts[i]);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		take(ctx, ends[i]);
	for (size_t i = 0; i < ARRAY_SIZE(enums); i++) {
		const struct schema_enum *e = schema_enum_by_name(enums[i]);

		for (u32 v = 0; v < 256; v++)
			if (schema_value_name(e, v))
				take(ctx, schema_value_name(e, v));
	}
}

struct search {
	const char *key;
	bool found;
};

static void compare(void *ctx, const char *text)
{
	struct search *s = ctx;

	s->found |= !strcmp(text, s->key);
}

static bool is_known(const char *key)
{
	struct search s = {.key = key};

	each_text(compare, &s);
	return s.found;
}

struct list {
	const char **v;
	size_t count;
};

static void collect(void *ctx, const char *text)
{
	struct list *l = ctx;

	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->v[i], text))
			return;
	l->v = xrealloc(l->v, l->count + 1, sizeof(*l->v));
	l->v[l->count++] = text;
}

void labels_template(FILE *to)
{
	struct list all = {0};

	fprintf(
	    to,
	    "# Words of tltrace's pictures. Give a text behind msgstr; what is left empty stays as "
	    "it is.\n# %%s, %%u and the like are filled in, in this order.\n"
	    "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n");
	each_text(collect, &all);
	for (size_t i = 0; i < all.count; i++) {
		fprintf(to, "\n%smsgid \"", strchr(all.v[i], '%') ? "#, c-format\n" : "");
		for (const char *s = all.v[i]; *s; s++)
			fprintf(to, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
		fprintf(to, "\"\nmsgstr \"\"\n");
	}
	free(all.v);
}

/* A file while it is being read. */
struct parser {
	const char *path;
	u32 line, key_line;
	struct sb key, text;
	enum { NOTHING, KEY, TEXT } in;
	bool fuzzy;
};

static int refuse(const struct parser *p, u32 line, const char *what, const char *which,
		  struct err *err)
{
	return err_set(err, "%s:%u: %s%s%.100s%s", p->path, line, what, which ? " '" : "",
		       which ? which : "", which ? "'" : "");
}

static int finish(struct parser *p, struct err *err)
{
	const char *key = p->key.s ? p->key.s : "", *text = p->text.s ? p->text.s : "";
	int rc = 0;

	if (p->in == KEY)
		rc = refuse(p, p->key_line, "there is no msgstr for", key, err);
	else if (p->in == TEXT && *key) {
		if (!is_known(key))
			rc = refuse(p, p->key_line,
				    "no picture says this; --labels-template tells what is said:",
				    key, err);
		else if (*text && !same_conversions(key, text))
			rc = refuse(
			    p, p->key_line,
			    "what is filled in (%s and the like) is not the same in msgstr:", text,
			    err);
		else if (*text && !strcmp(key, "1,000") && !is_thousand(text))
			rc = refuse(p, p->key_line,
				    "this is not 1 and 000, and what is between thousands:", text,
				    err);
		for (size_t i = 0; !rc && i < labels.count; i++)
			if (!strcmp(labels.v[i].key, key))
				rc = refuse(p, p->key_line, "this was given before:", key, err);
		if (!rc && *text && !p->fuzzy) { /* a guess, as with gettext, is left out */
			labels.v = xrealloc(labels.v, labels.count + 1, sizeof(*labels.v));
			labels.v[labels.count++] = (struct label){xstrdup(key), xstrdup(text)};
		}
	}
	sb_free(&p->key);
	sb_free(&p->text);
	p->fuzzy &= p->in != TEXT; /* said of the entry to come, it stays until that has ended */
	p->in = NOTHING;
	return rc;
}

/* Length of the UTF-8 character at @s, 0 if it is none that can be drawn. */
static size_t character(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	size_t n = c[0] < 0x80			 ? 1
		   : c[0] >= 0xC2 && c[0] < 0xE0 ? 2
		   : c[0] >= 0xE0 && c[0] < 0xF0 ? 3
		   : c[0] >= 0xF0 && c[0] < 0xF5 ? 4
						 : 0;

	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xC0) != 0x80)
			return 0;
	if (n == 3 && ((c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xED && c[1] >= 0xA0) ||
		       (c[0] == 0xEF && c[1] == 0xBF && c[2] >= 0xBE)))
		return 0;
	if (n == 4 && ((c[0] == 0xF0 && c[1] < 0x90) || (c[0] == 0xF4 && c[1] >= 0x90)))
		return 0;
	return c[0] < 32 || c[0] == 127 ? 0 : n;
}

/* A string of C's kind, to the end of the line. */
static int take_string(struct parser *p, const char *s, struct err *err)
{
	struct sb *to = p->in == KEY ? &p->key : &p->text;

	while (*s == ' ')
		s++;
	if (*s++ != '"')
		return refuse(p, p->line, "a text in \"...\" is expected", NULL, err);
	while (*s && *s != '"') {
		size_t n = character(s);

		if (*s == '\\' && (s[1] == '"' || s[1] == '\\')) {
			sb_put(to, s + 1, 1);
			s += 2;
		} else if (*s == '\\' && s[1] == 'n' && !p->key.len && p->in == TEXT) {
			s += 2; /* in the head of a file */
		} else if (*s == '\\' || !n) {
			return refuse(p, p->line,
				      n || (u8)*s < 0x80
					  ? "this is no character that can be drawn"
					  : "this is not UTF-8, in which the file is to be saved",
				      NULL, err);
		} else {
			sb_put(to, s, n);
			s += n;
		}
	}
	if (*s != '"' || s[1 + strspn(s + 1, " ")])
		return refuse(p, p->line, "the text does not end with \"", NULL, err);
	return to->len <= (p->key.len ? LONGEST : 4096)
		   ? 0
		   : refuse(p, p->line, "this text is too long", NULL, err);
}

static int take_line(struct parser *p, const char *s, struct err *err)
{
	while (*s == ' ' || *s == '\t')
		s++;
	if (*s == '#' && s[1] == ',' && strstr(s, "fuzzy")) {
		if (finish(p, err))
			return -1;
		p->fuzzy = true;
	}
	if (!*s || *s == '#')
		return 0;
	if (*s == '"' && p->in)
		return take_string(p, s, err);
	if (!strncmp(s, "msgid ", 6)) {
		if (finish(p, err))
			return -1;
		p->in = KEY;
		p->key_line = p->line;
		return take_string(p, s + 6, err);
	}
	if (!strncmp(s, "msgstr ", 7) && p->in == KEY) {
		p->in = TEXT;
		return take_string(p, s + 7, err);
	}
	return refuse(p, p->line, "this is none of msgid \"...\", msgstr \"...\" and # comment:", s,
		      err);
}

int labels_read(const char *path, struct err *err)
{
	struct parser p = {.path = path};
	struct blob text;
	int rc = 0;

	if (file_read(path, 1 << 20, &text, err))
		return -1;
	/* Some editors begin a file with a mark of UTF-8. */
	for (size_t at = text.size > 2 && !memcmp(text.data, "\xEF\xBB\xBF", 3) ? 3 : 0;
	     at < text.size && !rc;) {
		const char *s = (char *)text.data + at;
		const char *end = memchr(s, '\n', text.size - at);
		size_t n = end ? (size_t)(end - s) : text.size - at;
		char *line = strndup(s, n - (n && s[n - 1] == '\r'));

		p.line++;
		rc = take_line(&p, line, err);
		free(line);
		at += n + 1;
	}
	if (!rc)
		rc = finish(&p, err);
	sb_free(&p.key);
	sb_free(&p.text);
	free(text.data);
	if (labels.count)
		qsort(labels.v, labels.count, sizeof(*labels.v), by_key);
	return rc;
}

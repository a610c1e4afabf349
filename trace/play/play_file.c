/* play_file.c: the page's own parts, which are linked into this program. */
#include "play/play.h"

#include <stdlib.h>
#include <string.h>

/* One file of the page, as text that ends in 0. WebAssembly, for the page of web/, has sections of
 * its own kind. */
#ifdef __wasm__
#define BEGIN(name) ".section .rodata." #name ",\"\",@\n"
#define END(name)   ".size " #name ", . - " #name "\n.section .text,\"\",@\n"
#else
#define BEGIN(name) ".section .rodata\n"
#define END(name)   ".previous\n"
#endif
#define PART(name, file)                                                                           \
	asm(BEGIN(name) #name ": .incbin \"trace/play/" file "\"\n.ascii \"\\0\"\n" END(name));    \
	extern const char name[]

PART(part_head, "head.html");
PART(part_css, "play.css");
PART(part_body, "body.html");
PART(part_paint, "paint.js");
PART(part_tell, "tell.js");
PART(part_play, "play.js");

void play_begin(FILE *f)
{
	fprintf(f, "%s<style>\n%s</style>\n%s", part_head, part_css, part_body);
	fputs("<script type=\"text/plain\" id=\"pages\">\n", f);
}

void play_middle(FILE *f)
{
	fputs("</script>\n<script type=\"application/json\" id=\"data\">", f);
}

void play_end(FILE *f)
{
	fprintf(f, "</script>\n<script>\n%s%s%s</script>\n", part_paint, part_tell, part_play);
}

void play_line(FILE *f, json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT | JSON_ENSURE_ASCII);

	for (const char *from = s; from;) {
		const char *end = strchr(from, '<');

		fwrite(from, 1, end ? (size_t)(end - from) : strlen(from), f);
		if (end)
			fputs("\\u003c", f);
		from = end ? end + 1 : NULL;
	}
	fputc('\n', f);
	free(s);
	json_decref(j);
}

json_t *play_text(const char *s)
{
	json_t *j = json_string(s);
	char *plain;

	if (j)
		return j;
	plain = xstrdup(s);
	for (char *c = plain; *c; c++)
		*c = (unsigned char)*c < 128 ? *c : '?';
	j = json_string(plain);
	free(plain);
	return j;
}

void table_begin(struct table *t)
{
	t->all = json_array();
	t->index = json_object();
}

json_int_t table_number(struct table *t, const char *text)
{
	json_t *key = play_text(text), *n = json_object_get(t->index, json_string_value(key));

	if (!n) {
		n = json_integer((json_int_t)json_array_size(t->all));
		json_object_set_new(t->index, json_string_value(key), n);
		json_array_append(t->all, key);
	}
	json_decref(key);
	return json_integer_value(n);
}

void table_free(struct table *t)
{
	json_decref(t->all);
	json_decref(t->index);
}

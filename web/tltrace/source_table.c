/*
 * source_table.c: places in the source, in the page: source.h without libdw.
 *
 * What DWARF says was written down by lines.c when the page was made:
 * {"recorders": what source_recorders() gives, "lines": [[ADDRESS, what source_line() gives],
 * ...]}, each line from its address to the next one's.
 */
#include "play/source.h"

#include "read/sb.h"

#include <stdlib.h>

struct source {
	json_t *recorders, *lines;
};

struct source *source_open(const char *path, struct err *err)
{
	struct source *s = xcalloc(1, sizeof(*s));
	json_error_t why;
	json_t *j = json_load_file(path, 0, &why);

	if (j && json_unpack_ex(j, &why, 0, "{sO sO}", "recorders", &s->recorders, "lines",
				&s->lines) == 0) {
		json_decref(j);
		return s;
	}
	err_set(err, "%s: no table of lines: %s", path, why.text);
	json_decref(j);
	source_close(s);
	return NULL;
}

json_t *source_recorders(struct source *s)
{
	return json_deep_copy(s->recorders);
}

json_t *source_line(struct source *s, u32 address)
{
	size_t low = 0, high = json_array_size(s->lines);

	/* The last line that begins at or before it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		json_t *begins = json_array_get(json_array_get(s->lines, middle), 0);

		if ((u64)json_integer_value(begins) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? json_incref(json_array_get(json_array_get(s->lines, low - 1), 1))
		   : json_null();
}

/* In the page runs the kernel whose lines it has. */
bool source_differs(struct source *s, u32 address, const u8 *bytes, u32 n)
{
	(void)s, (void)address, (void)bytes, (void)n;
	return false;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	json_decref(s->recorders);
	json_decref(s->lines);
	free(s);
}

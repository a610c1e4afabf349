/* draw_write.c: pages to files, in the format that their name says. */
#include "draw/draw.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PNG_DPI 144

bool draw_format_known(const char *out)
{
	static const char *const formats[] = {".svg", ".pdf", ".png", ".dot"};
	const char *dot = strrchr(out, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(formats); i++)
		if (!strcmp(dot, formats[i]))
			return true;
	return false;
}

static int write_text(const char *path, const struct sb *text, struct err *err)
{
	FILE *f = fopen(path, "we");
	bool ok = f && fwrite(text->s, 1, text->len, f) == text->len;

	if (f && fclose(f))
		ok = false;
	return ok ? 0 : err_set(err, "%s: %s", path, strerror(errno));
}

static int write_page(const struct page *p, size_t n, const char *out, struct err *err)
{
	const char *dot = strrchr(out, '.'), *format = dot + 1;
	struct sb path = {0}, text = {0};
	int rc;

	sb_put(&path, out, (size_t)(dot - out));
	if (n)
		sb_add(&path, "-%zu", n + 1);
	sb_add(&path, "%s", dot);
	draw_dot(p, !strcmp(format, "png") ? PNG_DPI : 0, &text);
	if (!strcmp(format, "dot"))
		rc = write_text(path.s, &text, err);
	else
		rc = draw_render(text.s, format, path.s, err);
	sb_free(&path);
	sb_free(&text);
	return rc;
}

int draw_write(const struct pages *pages, const char *out, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < pages->count && rc == 0; i++)
		rc = write_page(&pages->v[i], i, out, err);
	return rc;
}

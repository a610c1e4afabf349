/* svg.c: the few pieces of SVG that our own pictures are made of. */
#include "draw/svg.h"

#include "read/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void svg_text(struct sb *b, double x, double y, double size, const char *anchor, const char *s)
{
	sb_add(b, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\" text-anchor=\"%s\">", x, y, size,
	       anchor);
	for (; *s; s++) {
		if (*s == '<' || *s == '>' || *s == '&')
			sb_add(b, "&#%d;", *s);
		else
			sb_put(b, s, 1);
	}
	sb_add(b, "</text>\n");
}

void svg_ticks(double from, double to, u32 most, struct ticks *out)
{
	out->step = 1e-3;
	out->decimals = 3;
	for (u32 i = 1; (to - from) / out->step >= most; i++) {
		out->step *= i % 3 == 2 ? 2.5 : 2;
		out->decimals = i / 3 < 3 ? 3 - (int)(i / 3) : 0;
	}
	out->first = ceil(from / out->step - 1e-6) * out->step;
	out->count = 0;
	while (out->first + out->count * out->step <= to + 1e-6 * out->step)
		out->count++;
}

int svg_write(const struct sb *svg, const char *path, struct err *err)
{
	size_t n = strlen(path);

	if (n <= 4 || strcmp(path + n - 4, ".svg"))
		return err_set(err, "%s: the picture is an SVG file", path);
	return output_text(path, svg->s, svg->len, err);
}

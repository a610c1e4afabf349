/*
 * draw_fonts.c: letters that no font of this computer has, for which boxes are painted. fc-list
 * knows; the libraries that paint bring it along. One letter stands for its block of 256.
 */
#include "draw/draw_file.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCKS (0x110000 / 256)

struct fonts {
	u32 first[BLOCKS]; /* of each block, the first letter that was seen; 0: none */
};

struct fonts *fonts_begin(void)
{
	return xcalloc(1, sizeof(struct fonts));
}

/* The character at @s, which is valid UTF-8, and its end. */
static u32 take_character(const char **s)
{
	u32 c = (unsigned char)*(*s)++;

	if (c < 0x80)
		return c;
	c &= c >= 0xF0 ? 0x07 : c >= 0xE0 ? 0x0F : 0x1F;
	while (((unsigned char)**s & 0xC0) == 0x80)
		c = c << 6 | ((unsigned char)*(*s)++ & 0x3F);
	return c;
}

void fonts_note(struct fonts *f, const struct sb *svg)
{
	for (const char *s = svg->s; *s;) {
		u32 c = take_character(&s);

		if (c >= 0x80 && c < 0x110000 && !f->first[c / 256])
			f->first[c / 256] = c;
	}
}

/* Does fc-list name a font? If it cannot be asked, nobody knows, and nothing is said. */
static bool has_font(u32 c)
{
	char command[80], line[2];
	bool found;
	FILE *f;

	snprintf(command, sizeof(command), "fc-list ':charset=%x' file 2>/dev/null", c);
	f = popen(command, "re");
	if (!f)
		return true;
	found = fgets(line, sizeof(line), f) != NULL;
	return pclose(f) != 0 || found;
}

static const char *package(u32 c)
{
	return (c >= 0x2E80 && c < 0xA000) || (c >= 0xAC00 && c < 0xD800) ||
		       (c >= 0xF900 && c < 0xFB00) || (c >= 0xFE30 && c < 0xFFF0) ||
		       (c >= 0x20000 && c < 0x40000)
		   ? "fonts-noto-cjk"
	       : c >= 0x1F000 && c < 0x20000 ? "fonts-noto-color-emoji"
					     : "fonts-noto-core";
}

void fonts_end(struct fonts *f)
{
	for (u32 i = 0; i < BLOCKS; i++) {
		u32 c = f->first[i];

		if (!c || has_font(c))
			continue;
		fprintf(
		    stderr,
		    "tltrace draw: no font here has U+%04X and others like it, which are drawn as "
		    "boxes; on Debian, apt-get install %s\n",
		    c, package(c));
		/* Those of the same package are told with it. */
		for (u32 k = i + 1; k < BLOCKS; k++)
			if (f->first[k] && package(f->first[k]) == package(c))
				f->first[k] = 0;
	}
	free(f);
}

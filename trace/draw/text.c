/*
 * text.c: how wide a text will be drawn.
 *
 * We ask for Helvetica, and get whatever the machine has in its place. The tables are those of
 * DejaVu Sans, the widest that a fresh system offers, so that no text grows out of its box.
 */
#include "draw/text.h"

#include <stdio.h>
#include <string.h>

/* Thousandths of the font size, from the space to the tilde. */
static const short widths[2][95] = {
    {
	315, 398, 458, 840, 638, 953, 780, 278, 390, 390, 503, 840, 315, 360, 315, 338,
	638, 638, 638, 638, 638, 638, 638, 638, 638, 638, 338, 338, 840, 840, 840, 533,
	998, 710, 683, 698, 773, 630, 578, 773, 750, 293, 293, 653, 555, 863, 750, 788,
	600, 788, 698, 638, 610, 735, 683, 990, 683, 610, 683, 390, 338, 390, 840, 503,
	503, 615, 638, 548, 638, 615, 345, 638, 638, 278, 278, 578, 278, 975, 638, 615,
	638, 638, 410, 518, 390, 638, 593, 818, 593, 593, 525, 638, 338, 638, 840,
    },
    {
	345, 458, 518, 840, 698, 1005, 870, 308,  458, 458, 525, 840, 383, 413,	 383, 368,
	698, 698, 698, 698, 698, 698,  698, 698,  698, 698, 398, 398, 840, 840,	 840, 578,
	998, 773, 765, 735, 833, 683,  683, 818,  840, 375, 375, 773, 638, 998,	 840, 848,
	735, 848, 773, 720, 703, 810,  773, 1103, 773, 728, 728, 458, 368, 458,	 840, 503,
	503, 675, 713, 593, 713, 675,  440, 713,  713, 345, 345, 668, 345, 1043, 713, 690,
	713, 713, 495, 593, 480, 713,  653, 923,  645, 653, 585, 713, 368, 713,	 840,
    },
};

double text_width(enum font f, double size, const char *s)
{
	double w = 0;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c & 0xC0) == 0x80)
			continue; /* the rest of a character already counted */
		if (c >= 0xE3)	  /* from U+3000 on: as wide as high */
			w += 1000;
		else if (f == FONT_MONO)
			w += 602;
		else
			w += c >= 32 && c < 127 ? widths[f == FONT_BOLD][c - 32] : 850;
	}
	return w * size / 1000;
}

double text_widest(enum font f, double size, const char *s)
{
	double most = 0, w;
	char one[256];

	for (s += strspn(s, " "); *s; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");

		snprintf(one, sizeof(one), "%.*s", (int)n, s);
		w = text_width(f, size, one);
		most = w > most ? w : most;
		s += n;
	}
	return most;
}

void text_fit(enum font f, double size, char *s, double max)
{
	size_t n = strlen(s);

	if (text_width(f, size, s) <= max)
		return;
	while (n > 0 && text_width(f, size, s) + text_width(f, size, "..") > max) {
		/* A character of several bytes goes as a whole. */
		do
			n--;
		while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80);
		s[n] = 0;
	}
	/* What was cut off made room for two bytes, unless almost nothing was there. */
	if (n > 0)
		strcpy(s + n, "..");
}

const char *text_line(enum font f, double size, const char *s, double max, size_t *n)
{
	size_t space = 0, mark = 0, fits = 0, len = strlen(s), at = 0;
	char part[256];

	while (at < len && at < sizeof(part) - 5) {
		size_t next = at + 1;

		while (((unsigned char)s[next] & 0xC0) == 0x80)
			next++;
		memcpy(part, s, next);
		part[next] = 0;
		if (fits && text_width(f, size, part) > max)
			break;
		at = fits = next;
		if (s[at] == ' ' || !s[at])
			space = at;
		else if (strchr("_=,/:-|)", s[at - 1]))
			mark = at;
	}
	/* A break that leaves little of the line is none. */
	*n = space ? space : mark > fits / 3 ? mark : fits;
	s += *n;
	while (*s == ' ')
		s++;
	return s;
}

void text_whole(char *s)
{
	size_t n = strlen(s), at = n;

	while (at && ((unsigned char)s[at - 1] & 0xC0) == 0x80)
		at--;
	if (at) {
		unsigned char c = (unsigned char)s[at - 1];
		size_t want = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;

		if (n - at + 1 < want)
			s[at - 1] = 0;
	}
}

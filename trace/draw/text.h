/* text.h: how wide a text will be drawn. */
#ifndef TLTRACE_TEXT_H
#define TLTRACE_TEXT_H

#include <stddef.h>

enum font { FONT_SANS, FONT_BOLD, FONT_MONO };

/** Width of UTF-8 text @s in points, at @size points. That of the widest font we may get. */
double text_width(enum font f, double size, const char *s);
/** Width of the widest word of @s. */
double text_widest(enum font f, double size, const char *s);
/** Shorten @s in place, ending it in "..", until it is at most @max points wide. */
void text_fit(enum font f, double size, char *s, double max);

/** Cut off the beginning of a character at the end of @s whose rest is missing. */
void text_whole(char *s);
/** Take from @s what fits into @max points: up to a space, else up to a mark behind which an
 * expression may be broken, else as many characters as fit. @return where the rest begins; @n gets
 * how many bytes this line has. */
const char *text_line(enum font f, double size, const char *s, double max, size_t *n);

#endif

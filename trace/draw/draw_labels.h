/*
 * draw_labels.h: the words of pictures, which a file may change or translate.
 *
 * A text is its own key, as with gettext, whose .po files these are. draw_text(), draw_detail() and
 * page_line() look their format up by themselves; other texts are looked up by word(), and those of
 * tables, which cannot be, are marked by WORD(). Make gathers them all from the source.
 */
#ifndef TLTRACE_DRAW_LABELS_H
#define TLTRACE_DRAW_LABELS_H

#include "read/err.h"

#include <stdbool.h>
#include <stdio.h>

#define WORD(text) text

/** What is to be said instead of @text, or @text itself. */
const char *word(const char *text) __attribute__((format_arg(1)));
/** Read the file at @path. 0, or -1 with @err filled: what is unknown, or has other conversions
 * than what it replaces, is refused, with its line. */
int labels_read(const char *path, struct err *err);
/** Has such a file been read? */
bool labels_changed(void);
/** Write a file in which every text is still to be given. */
void labels_template(FILE *to);

#endif

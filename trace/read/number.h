/* number.h: decimal and 0x numbers as users type them. */
#ifndef TLTRACE_NUMBER_H
#define TLTRACE_NUMBER_H

#include "trapline/types.h"

/** Parse the whole of @s; false if it is no number or too large for 64 bits. */
bool number_parse(const char *s, u64 *out);

#endif

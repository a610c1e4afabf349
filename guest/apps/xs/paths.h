/* paths.h: values of the store below a directory, as both ends of a virtual device ask for them. */
#ifndef XS_PATHS_H
#define XS_PATHS_H

#include "xs/client.h"

/** "A/B". It stands until the next call of any function here. */
const char *join(const char *a, const char *b);
/** The value of A/B, or NULL. It stands until something else is asked. */
const char *value_of(const char *a, const char *b);
u32 number_of(const char *a, const char *b); /* 0: there is none */
/** Write A/B. @return false: the store does not take it */
bool say(const char *a, const char *b, u32 value);
/** The names in a directory, one behind the other, copied. @return how many bytes */
u32 list_of(const char *path, char names[512]);

#endif

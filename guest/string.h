/* string.h: strings and memory, for the kernel and for applications. */
#ifndef GUEST_STRING_H
#define GUEST_STRING_H

#include <trapline/types.h>

void *memset(void *d, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
void *memmove(void *d, const void *s, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
/** Copy at most size - 1 characters and always end the string. */
void strlcpy(char *d, const char *s, size_t size);
/** A decimal number up to `most` at *s, and past it. @return false: there is none, or a larger one
 */
bool take_number(const char **s, u32 most, u32 *n);
/** The same, with nothing behind it. */
bool whole_number(const char *s, u32 most, u32 *n);

#endif

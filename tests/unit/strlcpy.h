/*
 * strlcpy.h: guest/string.c's, for tests on the host; included before all else (tests.mk). Newer C
 * libraries have one, too, of another type, so that it has another name here.
 */
#include <string.h>

#define strlcpy guest_strlcpy
static inline void strlcpy(char *d, const char *s, size_t size)
{
	size_t n = strlen(s) < size ? strlen(s) : size - 1;

	memcpy(d, s, n);
	d[n] = 0;
}

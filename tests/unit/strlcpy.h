/* strlcpy.h: guest/string.c's, for tests on the host: only newer C libraries have one, which does
 * the same. */
#include <string.h>

#if __GLIBC__ == 2 && __GLIBC_MINOR__ < 38
void strlcpy(char *d, const char *s, size_t size);
void strlcpy(char *d, const char *s, size_t size)
{
	size_t n = strlen(s) < size ? strlen(s) : size - 1;

	memcpy(d, s, n);
	d[n] = 0;
}
#endif

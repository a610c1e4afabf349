/* string.c: the few string functions that Finch, its applications and the compiler need. */
#include "string.h"

void *memset(void *d, int c, size_t n)
{
	void *p = d;
	u32 words = n / 4, word = (u8)c * 0x01010101u;

	asm volatile("rep stosl" : "+D"(p), "+c"(words) : "a"(word) : "memory");
	n &= 3;
	asm volatile("rep stosb" : "+D"(p), "+c"(n) : "a"(c) : "memory");
	return d;
}

void *memcpy(void *d, const void *s, size_t n)
{
	void *p = d;
	u32 words = n / 4;

	asm volatile("rep movsl" : "+D"(p), "+S"(s), "+c"(words) : : "memory");
	n &= 3;
	asm volatile("rep movsb" : "+D"(p), "+S"(s), "+c"(n) : : "memory");
	return d;
}

void *memmove(void *d, const void *s, size_t n)
{
	u8 *to = d;
	const u8 *from = s;

	if (to <= from || to >= from + n)
		return memcpy(d, s, n);
	while (n--)
		to[n] = from[n];
	return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n; n--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	}
	return 0;
}

void strlcpy(char *d, const char *s, size_t size)
{
	for (; size > 1 && *s; size--)
		*d++ = *s++;
	if (size)
		*d = 0;
}

bool take_number(const char **s, u32 most, u32 *n)
{
	const char *from = *s, *at = from;

	for (*n = 0; *at >= '0' && *at <= '9'; at++) {
		u32 digit = (u32)(*at - '0');

		if (digit > most || *n > (most - digit) / 10)
			return false;
		*n = *n * 10 + digit;
	}
	*s = at;
	return at > from;
}

bool whole_number(const char *s, u32 most, u32 *n)
{
	return take_number(&s, most, n) && !*s;
}

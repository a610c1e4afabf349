/* cmdline.c: options of the form name=value, separated by spaces. */
#include "lib/lib.h"

u32 parse_number(const char *s)
{
	u32 n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (u32)(*s - '0');
	return n;
}

const char *option(const char *cmdline, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = cmdline; *s; s++) {
		bool starts_word = s == cmdline || s[-1] == ' ';

		if (starts_word && !strncmp(s, name, n) && s[n] == '=')
			return s + n + 1;
	}
	return NULL;
}

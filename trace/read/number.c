/* number.c: decimal and 0x numbers as users type them. */
#include "read/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

bool number_parse(const char *s, u64 *out)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	char *end;

	/* strtoull would take signs and spaces; and a leading zero does not mean octal here. */
	if (hex ? !isxdigit((unsigned char)s[2]) : !isdigit((unsigned char)s[0]))
		return false;
	errno = 0;
	*out = strtoull(s, &end, hex ? 16 : 10);
	return *end == 0 && errno == 0;
}

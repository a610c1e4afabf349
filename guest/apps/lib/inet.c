/* inet.c: Internet addresses, from and to text. */
#include "lib/inet.h"

/* A decimal number up to `most`, without needless zeros. @return what follows it, or NULL */
static const char *number(const char *s, u32 most, u32 *n)
{
	const char *from = s;

	return take_number(&s, most, n) && (*from != '0' || s == from + 1) ? s : NULL;
}

static const char *address(const char *s, u32 *addr)
{
	u32 byte;

	*addr = 0;
	for (u32 i = 0; i < 4; i++) {
		if (i && *s++ != '.')
			return NULL;
		s = number(s, 255, &byte);
		if (!s)
			return NULL;
		*addr = *addr << 8 | byte;
	}
	return s;
}

bool inet_parse(const char *s, u32 *addr)
{
	s = address(s, addr);
	return s && !*s;
}

bool inet_parse_net(const char *s, u32 *addr, u32 *mask)
{
	u32 bits = 0;

	s = address(s, addr);
	if (!s || *s != '/')
		return false;
	s = number(s + 1, 32, &bits);
	*mask = bits ? ~0u << (32 - bits) : 0;
	return s && !*s;
}

bool inet_parse_port(const char *s, u16 *port)
{
	u32 n;

	s = number(s, 65535, &n);
	*port = (u16)n;
	return s && !*s && n;
}

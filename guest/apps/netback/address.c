/* address.c: addresses as people write them. */
#include "netback/address.h"

/* A number in that base, up to 255. */
static bool byte(const char **s, u32 base, u32 *n)
{
	const char *at = *s;

	for (*n = 0;; at++) {
		u32 digit = *at >= '0' && *at <= '9'   ? (u32)(*at - '0')
			    : *at >= 'a' && *at <= 'f' ? (u32)(*at - 'a') + 10
			    : *at >= 'A' && *at <= 'F' ? (u32)(*at - 'A') + 10
						       : 99;

		if (digit >= base)
			break;
		*n = *n * base + digit;
		if (*n > 255)
			return false;
	}
	if (at == *s)
		return false;
	*s = at;
	return true;
}

bool read_ip(const char *s, u32 *ip)
{
	u32 n;

	*ip = 0;
	for (u32 i = 0; i < 4; i++) {
		if ((i && *s++ != '.') || !byte(&s, 10, &n))
			return false;
		*ip = *ip << 8 | n;
	}
	/* 0: this network's; 127: one's own; from 224 on: a group's, or all. */
	return !*s && *ip >> 24 && *ip >> 24 != 127 && *ip >> 24 < 224;
}

bool read_mac(const char *s, u8 mac[6])
{
	u32 n;

	for (u32 i = 0; i < 6; i++) {
		if ((i && *s++ != ':') || !byte(&s, 16, &n))
			return false;
		mac[i] = (u8)n;
	}
	/* Not a group's; and nobody has that of zeros. */
	return !*s && !(mac[0] & 1) && memcmp(mac, "\0\0\0\0\0", 6);
}

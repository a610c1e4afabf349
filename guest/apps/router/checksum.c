/* checksum.c: the checksum of UDP and TCP. */
#include "router/checksum.h"

static u32 sum(const u8 *p, u32 n)
{
	u32 s = 0;

	for (; n > 1; n -= 2, p += 2)
		s += (u32)p[0] << 8 | p[1];
	return n ? s + ((u32)p[0] << 8) : s;
}

void checksum_fill(u8 *frame, const struct header *h)
{
	u8 *at = frame + h->content + (h->protocol == PROTOCOL_UDP ? 6 : 16);
	u32 s = (h->from >> 16) + (h->from & 0xFFFF) + (h->to >> 16) + (h->to & 0xFFFF);

	if (h->protocol != PROTOCOL_UDP && h->protocol != PROTOCOL_TCP)
		return;
	at[0] = at[1] = 0;
	s += h->protocol + h->size + sum(frame + h->content, h->size);
	while (s >> 16)
		s = (s & 0xFFFF) + (s >> 16);
	s ^= 0xFFFF;
	/* In UDP 0 means that there is none. */
	if (!s && h->protocol == PROTOCOL_UDP)
		s = 0xFFFF;
	at[0] = (u8)(s >> 8);
	at[1] = (u8)s;
}

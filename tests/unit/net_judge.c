/* net_judge.c: what a frame is: bytes at their places in the RFCs, and sums modulo 65535. */
#include "net_judge.h"
#include <string.h>

u32 get(const u8 *b, u32 n)
{
	u32 v = 0;

	while (n--)
		v = v * 256 + *b++;
	return v;
}

void put(u8 *b, u32 n, u32 v)
{
	while (n--) {
		b[n] = (u8)v;
		v >>= 8;
	}
}

/* One's complement: sums of words are equal modulo 65535. */
u32 rest_of(const u8 *b, u32 len, u32 more)
{
	u64 sum = more;

	for (u32 i = 0; i < len; i++)
		sum += i % 2 ? b[i] : b[i] * 256u;
	return (u32)(sum % 65535);
}

u32 udp_rest(const u8 *ip, const u8 *udp, u32 len)
{
	return rest_of(udp, len, rest_of(ip + 12, 8, 17 + len));
}

static struct judged judge_ip(const u8 *p, u32 len, const struct netdev *d)
{
	struct judged j = {.is = DROPPED};
	u32 head, n;

	if (len < 20 || p[0] < 0x45 || p[0] > 0x4F)
		return j;
	head = (p[0] & 15) * 4;
	n = get(p + 2, 2);
	if (n > len || n < head || rest_of(p, head, 0) || (get(p + 6, 2) & 0x3FFF))
		return j;
	j.from = get(p + 12, 4);
	if (get(p + 16, 4) != d->addr || j.from == d->addr || !j.from || p[12] >= 224)
		return j;
	n -= head;
	if (p[9] == 1 && n >= 8 && !p[head + 1] && (p[head] == 0 || p[head] == 8) &&
	    !rest_of(p + head, n, 0)) {
		j.is = p[head] ? ECHO_ASKED : ECHO_REPLY;
		j.to_port = get(p + head + 4, 2);
		j.port = get(p + head + 6, 2);
		j.data = p + head + 8;
		j.len = n - 8;
	} else if (p[9] == 17 && n >= 8) {
		u32 m = get(p + head + 4, 2);

		if (m < 8 || m > n)
			return j;
		if (get(p + head + 6, 2) && !(d->flags & NETDEV_RX_TRUST) &&
		    udp_rest(p, p + head, m))
			return j;
		j.is = UDP_DATA;
		j.port = get(p + head, 2);
		j.to_port = get(p + head + 2, 2);
		j.data = p + head + 8;
		j.len = m - 8;
	}
	return j;
}

struct judged judge(const u8 *f, u32 len, const struct netdev *d)
{
	static const u8 ether_ipv4[6] = {0, 1, 8, 0, 6, 4}, all[6] = {255, 255, 255, 255, 255, 255};
	struct judged j = {.is = DROPPED};
	u32 op;

	if (len < 14 || len > 1514 || (memcmp(f, d->mac, 6) && memcmp(f, all, 6)))
		return j;
	if (get(f + 12, 2) == 0x0800)
		return judge_ip(f + 14, len - 14, d);
	if (get(f + 12, 2) != 0x0806 || len < 42 || memcmp(f + 14, ether_ipv4, 6))
		return j;
	op = get(f + 20, 2);
	j.from = get(f + 28, 4);
	if ((op != 1 && op != 2) || f[22] & 1 || j.from == d->addr || get(f + 38, 4) != d->addr)
		return j;
	j.is = op == 1 ? ARP_ASKED : ARP_ANSWERED;
	return j;
}

/* header.c: reading a frame's headers. What is not plainly right is not let through. */
#include "router/header.h"

#define ETHERNET 14u
#define ARP_SIZE 28u

const char *const fate_names[NR_FATES] = {"passed",   "short",	   "type",     "odd",
					  "fragment", "spoofed",   "rule-out", "rule-in",
					  "nobody",   "no-buffer", "bad"};

static u32 two(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static u32 four(const u8 *p)
{
	return two(p) << 16 | two(p + 2);
}

static bool same_mac(const u8 *a, const u8 *b)
{
	for (u32 i = 0; i < ROUTER_MAC; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static enum fate read_arp(struct header *h, const u8 *p, u32 len)
{
	if (len < ARP_SIZE)
		return DROPPED_SHORT;
	if (two(p) != 1 || two(p + 2) != 0x0800 || p[4] != ROUTER_MAC || p[5] != 4)
		return DROPPED_TYPE;
	/* Whoever believes it would send elsewhere than the frame came from. */
	if (!same_mac(p + 8, h->from_mac))
		return DROPPED_ODD;
	h->protocol = PROTOCOL_ARP;
	h->from = four(p + 14);
	h->to = four(p + 24);
	return PASSED;
}

/* What IPv4 carries: `len` bytes, of which 8 are here. */
static enum fate read_ports(struct header *h, const u8 *p, u32 len)
{
	if (h->protocol != PROTOCOL_TCP && h->protocol != PROTOCOL_UDP)
		return PASSED;
	if (len < (h->protocol == PROTOCOL_TCP ? 20u : 8u))
		return DROPPED_SHORT;
	h->from_port = (u16)two(p);
	h->to_port = (u16)two(p + 2);
	return PASSED;
}

static enum fate read_ipv4(struct header *h, const u8 *p, u32 len)
{
	u32 head, total;

	if (len < 20)
		return DROPPED_SHORT;
	head = (p[0] & 15u) * 4;
	total = two(p + 2);
	if (p[0] >> 4 != 4 || head < 20)
		return DROPPED_ODD;
	/* Behind the datagram there may be padding; but it must be there as a whole. */
	if (total < head || total > len)
		return DROPPED_SHORT;
	/* More to come, or not the first. */
	if (two(p + 6) & 0x3FFF)
		return DROPPED_FRAGMENT;
	h->protocol = p[9];
	h->from = four(p + 12);
	h->to = four(p + 16);
	h->content = (u16)(ETHERNET + head);
	h->size = (u16)(total - head);
	return read_ports(h, p + head, total - head);
}

enum fate header_read(struct header *h, const u8 *copy, u32 len)
{
	*h = (struct header){.protocol = 0};
	if (len < ETHERNET)
		return DROPPED_SHORT;
	for (u32 i = 0; i < ROUTER_MAC; i++) {
		h->to_mac[i] = copy[i];
		h->from_mac[i] = copy[ROUTER_MAC + i];
	}
	/* Nobody sends as a group. */
	if (h->from_mac[0] & 1)
		return DROPPED_ODD;
	switch (two(copy + 12)) {
	case 0x0800:
		return read_ipv4(h, copy + ETHERNET, len - ETHERNET);
	case 0x0806:
		return read_arp(h, copy + ETHERNET, len - ETHERNET);
	}
	return DROPPED_TYPE;
}

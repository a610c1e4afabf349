/*
 * ip.c: IPv4 packets (RFC 791), never in fragments, and ICMP's echo. We are a host: what is not for
 * us is dropped.
 */
#include "net/net.h"
#include "string.h"

u32 ip_gateway;

static struct {
	struct eth eth;
	struct ip ip;
	u8 content[IP_ROOM];
} WIRE out;

u32 net_sum(const void *data, u32 len, u32 sum)
{
	const u8 *b = data;

	/* The first byte of each pair is the upper one. */
	for (; len > 1; b += 2, len -= 2)
		sum += (u32)b[0] << 8 | b[1];
	return len ? sum + ((u32)b[0] << 8) : sum;
}

u16 net_checksum(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return be16((u16)~sum);
}

/* The device on whose subnet it is. */
static struct netdev *beside(u32 addr)
{
	struct netdev *dev;

	for (u32 i = 0; (dev = netdev_nth(i)); i++)
		if (dev->addr && (dev->addr & dev->mask) == (addr & dev->mask))
			return dev;
	return NULL;
}

s32 ip_route(u32 to, struct route *r)
{
	/* Groups have no router of ours. */
	if (!to || to >> 28 >= 0xE)
		return -ENETUNREACH;
	*r = (struct route){beside(to), to};
	if (!r->dev && ip_gateway)
		*r = (struct route){beside(ip_gateway), ip_gateway};
	/* To ourselves there is no way: nobody on the wire would answer for us. */
	return r->dev && r->dev->addr != r->next ? 0 : -ENETUNREACH;
}

u8 *ip_content(void)
{
	return out.content;
}

s32 ip_send(const struct route *r, u32 to, u8 protocol, u32 len)
{
	static u16 id;
	s32 err;

	if (len > IP_ROOM)
		return -EINVAL;
	err = arp_find(r->dev, r->next, out.eth.to);
	if (err)
		return err;
	memcpy(out.eth.from, r->dev->mac, MAC_SIZE);
	out.eth.type = be16(ETH_IP);
	out.ip = (struct ip){
	    .version = IP_VERSION_5,
	    .len = be16((u16)(sizeof(out.ip) + len)),
	    .id = be16(id++),
	    .fragment = be16(IP_DONT_SPLIT),
	    .ttl = IP_TTL,
	    .protocol = protocol,
	    .from = be32(r->dev->addr),
	    .to = be32(to),
	};
	out.ip.sum = net_checksum(net_sum(&out.ip, sizeof(out.ip), 0));
	return netdev_send(r->dev, &out, ETH_HEAD + sizeof(out.ip) + len);
}

s32 icmp_send(u32 to, u8 type, u16 id, u16 sequence, const void *data, u32 len)
{
	struct icmp *h = (struct icmp *)out.content;
	struct route r;
	s32 err = len <= IP_ROOM - sizeof(*h) ? ip_route(to, &r) : -EINVAL;

	if (err)
		return err;
	*h = (struct icmp){.type = type, .id = be16(id), .sequence = be16(sequence)};
	memcpy(h + 1, data, len);
	h->sum = net_checksum(net_sum(h, sizeof(*h) + len, 0));
	return ip_send(&r, to, IP_ICMP, sizeof(*h) + len);
}

static bool icmp_receive(u32 from, const u8 *packet, u32 len)
{
	const struct icmp *h = (const struct icmp *)packet;
	const u8 *data = packet + sizeof(*h);

	if (len < sizeof(*h) || h->code || net_checksum(net_sum(packet, len, 0)))
		return false;
	if (h->type == ICMP_REPLY)
		return ping_receive(from, h, data, len - (u32)sizeof(*h));
	/* Who asked has asked for our address before, so his is known; an answer for which there is
	 * no room is lost. */
	return h->type == ICMP_ECHO && !icmp_send(from, ICMP_REPLY, be16(h->id), be16(h->sequence),
						  data, len - (u32)sizeof(*h));
}

bool ip_receive(struct netdev *dev, const u8 *packet, u32 len)
{
	const struct ip *h = (const struct ip *)packet;
	u32 head, from;

	if (len < sizeof(*h) || h->version >> 4 != 4)
		return false;
	head = (h->version & 0xF) * 4u;
	from = be32(h->from);
	/* A short packet has the frame's padding behind it. */
	if (head < sizeof(*h) || head > len || be16(h->len) < head || be16(h->len) > len ||
	    net_checksum(net_sum(h, head, 0)) || h->fragment & be16(IP_FRAGMENT))
		return false;
	len = be16(h->len) - head;
	/* Nobody is nobody, or a group, or ourselves. */
	if (be32(h->to) != dev->addr || !from || from >> 28 >= 0xE || from == dev->addr)
		return false;
	if (h->protocol == IP_ICMP)
		return icmp_receive(from, packet + head, len);
	return h->protocol == IP_UDP && udp_receive(dev, h, packet + head, len);
}

/*
 * socket.c: who waits for packets: by UDP's port, by the id of an echo request, or for all frames
 * of a device. Each has a queue of as many as fit into its pages; what finds it full is dropped.
 */
#include "mm/mm.h"
#include "net/net.h"
#include "proc/proc.h"
#include "string.h"

#define PAGES	   32
#define QUEUED	   (PAGES * PER_PAGE)
#define PER_PAGE   (PAGE_SIZE / sizeof(struct packet))
#define FREE_PORTS 49152 /* from here on: for who wants any (RFC 6335) */

struct packet {
	struct net_peer peer;
	u32 len;
	u8 data[2048 - sizeof(struct net_peer) - sizeof(u32)];
};
_Static_assert(sizeof(struct packet) == 2048 && sizeof(((struct packet *)0)->data) >= NET_FRAME,
	       "half a page holds the longest frame");

static struct socket {
	enum socket_kind kind;
	u16 port;    /* or an echo request's id */
	u32 in, out; /* how many came, and how many of them went */
	struct packet *pages[PAGES];
} sockets[NR_SOCKETS];

static struct socket *find(enum socket_kind kind, u16 port)
{
	for (struct socket *s = sockets; s < sockets + NR_SOCKETS; s++)
		if (s->kind == kind && s->port == port)
			return s;
	return NULL;
}

static u16 free_port(enum socket_kind kind)
{
	static u16 last;

	do
		last = (u16)(last + 1) | FREE_PORTS;
	while (find(kind, last));
	return last;
}

void socket_close(struct socket *s)
{
	for (u32 i = 0; i < PAGES && s->pages[i]; i++)
		page_free(s->pages[i]);
	*s = (struct socket){.kind = SOCKET_FREE};
}

struct socket *socket_open(enum socket_kind kind, u16 port)
{
	struct socket *s = find(SOCKET_FREE, 0);

	if (!port)
		port = free_port(kind);
	if (!s || find(kind, port))
		return NULL;
	*s = (struct socket){.kind = kind, .port = port};
	for (u32 i = 0; i < PAGES; i++) {
		s->pages[i] = page_alloc();
		if (!s->pages[i]) {
			socket_close(s);
			return NULL;
		}
	}
	return s;
}

u16 socket_port(const struct socket *s)
{
	return s->port;
}

static struct packet *slot(const struct socket *s, u32 n)
{
	return &s->pages[n / PER_PAGE % PAGES][n % PER_PAGE];
}

bool socket_put(struct socket *s, const struct net_peer *peer, const void *data, u32 len)
{
	struct packet *p = slot(s, s->in);

	if (s->in - s->out == QUEUED || len > sizeof(p->data))
		return false;
	if (peer)
		p->peer = *peer;
	p->len = len;
	memcpy(p->data, data, len);
	s->in++;
	wakeup(s);
	return true;
}

const u8 *socket_first(const struct socket *s, struct net_peer *peer, u32 *len)
{
	const struct packet *p = slot(s, s->out);

	if (s->in == s->out)
		return NULL;
	*peer = p->peer;
	*len = p->len;
	return p->data;
}

void socket_drop(struct socket *s)
{
	s->out++;
}

bool ping_receive(u32 from, const struct icmp *h, const u8 *data, u32 len)
{
	struct socket *s = find(SOCKET_PING, be16(h->id));
	struct net_peer peer = {from, be16(h->sequence), be16(h->id)};

	return s && socket_put(s, &peer, data, len);
}

/* The sum over what UDP's header leaves out: addresses, protocol and length. */
static u32 pseudo_sum(u32 a, u32 b, u32 len)
{
	return (a >> 16) + (a & 0xFFFF) + (b >> 16) + (b & 0xFFFF) + IP_UDP + len;
}

bool udp_receive(struct netdev *dev, const struct ip *ip, const u8 *packet, u32 len)
{
	const struct udp *h = (const struct udp *)packet;
	struct net_peer peer;
	struct socket *s;

	if (len < sizeof(*h) || be16(h->len) < sizeof(*h) || be16(h->len) > len)
		return false;
	len = be16(h->len);
	if (h->sum && !(dev->flags & NETDEV_RX_TRUST) &&
	    net_checksum(net_sum(h, len, pseudo_sum(be32(ip->from), be32(ip->to), len))))
		return false;
	s = find(SOCKET_UDP, be16(h->to));
	peer = (struct net_peer){be32(ip->from), be16(h->from), be16(h->to)};
	return s && socket_put(s, &peer, h + 1, len - (u32)sizeof(*h));
}

static s32 udp_send(u16 from, const struct net_peer *peer, const void *data, u32 len)
{
	struct udp *h = (struct udp *)ip_content();
	u32 all = len + (u32)sizeof(*h), sum;
	struct route r;
	s32 err = len <= IP_ROOM - sizeof(*h) ? ip_route(peer->addr, &r) : -EINVAL;

	if (err)
		return err;
	*h = (struct udp){be16(from), be16(peer->port), be16((u16)all), 0};
	memcpy(h + 1, data, len);
	sum = pseudo_sum(r.dev->addr, peer->addr, all);
	if (r.dev->flags & NETDEV_TX_BLANK)
		h->sum = (u16)~net_checksum(sum);
	else
		h->sum = net_checksum(net_sum(h, all, sum));
	if (!h->sum)
		h->sum = 0xFFFF; /* 0 would say that there is none */
	return ip_send(&r, peer->addr, IP_UDP, all);
}

s32 socket_send(struct socket *s, const struct net_peer *peer, const void *data, u32 len)
{
	if (s->kind == SOCKET_PING)
		return icmp_send(peer->addr, ICMP_ECHO, s->port, peer->port, data, len);
	return udp_send(s->port, peer, data, len);
}

/*
 * arp.c: which Ethernet address belongs to an IP address (RFC 826).
 *
 * What is not known is asked for, once a second; who wants to send waits meanwhile (net_wait), so
 * that no packets are kept here. Only who speaks to us is remembered: others cannot fill the table,
 * and when it is full the entry goes that was learned first.
 */
#include "net/net.h"
#include "proc/proc.h"
#include "string.h"

#define ENTRIES	 32
#define GOOD_FOR (60 * HZ)
#define TRIES	 3

static struct entry {
	struct netdev *dev; /* NULL: unused */
	u32 addr, since;    /* when it was learned, or last asked for */
	u32 tries;	    /* 0: it is known */
	u8 mac[MAC_SIZE];
} entries[ENTRIES];

static struct entry *find(const struct netdev *dev, u32 addr)
{
	for (struct entry *e = entries; e < entries + ENTRIES; e++)
		if (e->dev == dev && e->addr == addr)
			return e;
	return NULL;
}

static struct entry *oldest(void)
{
	struct entry *old = entries;

	for (struct entry *e = entries; e < entries + ENTRIES; e++) {
		if (!e->dev)
			return e;
		if ((s32)(e->since - old->since) < 0)
			old = e;
	}
	return old;
}

static void send(struct netdev *dev, u16 operation, const u8 *to_mac, u32 to)
{
	struct {
		struct eth eth;
		struct arp arp;
	} WIRE f;

	memset(&f, 0, sizeof(f));
	memset(f.eth.to, 0xFF, MAC_SIZE);
	if (to_mac) {
		memcpy(f.eth.to, to_mac, MAC_SIZE);
		memcpy(f.arp.to_mac, to_mac, MAC_SIZE);
	}
	memcpy(f.eth.from, dev->mac, MAC_SIZE);
	f.eth.type = be16(ETH_ARP);
	f.arp.hardware = be16(ARP_ETHERNET);
	f.arp.protocol = be16(ETH_IP);
	f.arp.hardware_size = MAC_SIZE;
	f.arp.protocol_size = sizeof(f.arp.to);
	f.arp.operation = be16(operation);
	memcpy(f.arp.from_mac, dev->mac, MAC_SIZE);
	f.arp.from = be32(dev->addr);
	f.arp.to = be32(to);
	netdev_send(dev, &f, sizeof(f));
}

static void learn(struct netdev *dev, u32 addr, const u8 *mac, bool add)
{
	struct entry *e = find(dev, addr);

	if (!e && !add)
		return;
	if (!e)
		e = oldest();
	*e = (struct entry){.dev = dev, .addr = addr, .since = ticks_now()};
	memcpy(e->mac, mac, MAC_SIZE);
	net_changed();
}

bool arp_receive(struct netdev *dev, const u8 *packet, u32 len)
{
	const struct arp *a = (const struct arp *)packet;
	u32 from;
	bool for_us;

	if (len < sizeof(*a) || a->hardware != be16(ARP_ETHERNET) || a->protocol != be16(ETH_IP) ||
	    a->hardware_size != MAC_SIZE || a->protocol_size != sizeof(a->to) ||
	    (a->operation != be16(ARP_REQUEST) && a->operation != be16(ARP_REPLY)))
		return false;
	from = be32(a->from);
	for_us = be32(a->to) == dev->addr;
	/* Nobody is a group, or speaks for us. Who asks before it has an address says 0. */
	if (a->from_mac[0] & 1 || from == dev->addr)
		return false;
	if (from && (from & dev->mask) == (dev->addr & dev->mask))
		learn(dev, from, a->from_mac, for_us);
	if (for_us && a->operation == be16(ARP_REQUEST))
		send(dev, ARP_REPLY, a->from_mac, from);
	return for_us;
}

s32 arp_find(struct netdev *dev, u32 addr, u8 *mac)
{
	struct entry *e = find(dev, addr);
	u32 age = e ? ticks_now() - e->since : 0, tries;

	if (e && !e->tries && age < GOOD_FOR) {
		memcpy(mac, e->mac, MAC_SIZE);
		return 0;
	}
	if (e && e->tries && age < HZ)
		return -EAGAIN;
	if (e && e->tries == TRIES) {
		e->dev = NULL;
		return -EHOSTUNREACH;
	}
	tries = e ? e->tries + 1 : 1;
	if (!e)
		e = oldest();
	*e = (struct entry){.dev = dev, .addr = addr, .since = ticks_now(), .tries = tries};
	send(dev, ARP_REQUEST, NULL, addr);
	return -EAGAIN;
}

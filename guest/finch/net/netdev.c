/* netdev.c: the network devices that there are, and the way of a frame to who takes it. */
#include "net/net.h"
#include "string.h"

static struct netdev *devices;

void netdev_register(struct netdev *dev)
{
	struct netdev **end = &devices;

	while (*end)
		end = &(*end)->next;
	*end = dev;
}

struct netdev *netdev_nth(u32 index)
{
	struct netdev *dev = devices;

	while (dev && index--)
		dev = dev->next;
	return dev;
}

struct netdev *netdev_find(const char *name)
{
	struct netdev *dev = devices;

	while (dev && strcmp(dev->name, name))
		dev = dev->next;
	return dev;
}

void netdev_ready(struct netdev *dev)
{
	(void)dev;
	net_changed();
}

s32 netdev_send(struct netdev *dev, const void *frame, u32 len)
{
	s32 err = len >= ETH_HEAD && len <= NET_FRAME ? dev->send(dev, frame, len) : -EINVAL;

	if (err) {
		dev->counts.tx_dropped += err != -EAGAIN;
		return err;
	}
	dev->counts.tx++;
	dev->counts.tx_bytes += len;
	return 0;
}

static bool is_for(const struct netdev *dev, const struct eth *h)
{
	static const u8 all[MAC_SIZE] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

	return !memcmp(h->to, dev->mac, MAC_SIZE) || !memcmp(h->to, all, MAC_SIZE);
}

static bool take(struct netdev *dev, const u8 *frame, u32 len)
{
	const struct eth *h = (const struct eth *)frame;

	if (len < ETH_HEAD || len > NET_FRAME)
		return false;
	if (dev->raw)
		return socket_put(dev->raw, NULL, frame, len);
	if (!dev->addr || !is_for(dev, h))
		return false;
	if (h->type == be16(ETH_ARP))
		return arp_receive(dev, frame + ETH_HEAD, len - ETH_HEAD);
	return h->type == be16(ETH_IP) && ip_receive(dev, frame + ETH_HEAD, len - ETH_HEAD);
}

void net_receive(struct netdev *dev, const void *frame, u32 len)
{
	dev->counts.rx++;
	dev->counts.rx_bytes += len;
	if (!take(dev, frame, len))
		dev->counts.rx_dropped++;
}

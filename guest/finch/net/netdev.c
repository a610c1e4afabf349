/* netdev.c: the network devices that there are. */
#include "net/netdev.h"
#include "abi.h"
#include "lib/lib.h"
#include "proc/proc.h"

static struct netdev *devices;

void netdev_register(struct netdev *dev)
{
	struct netdev **end = &devices;

	while (*end)
		end = &(*end)->next;
	*end = dev;
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
	wakeup(dev);
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

void net_receive(struct netdev *dev, const void *frame, u32 len)
{
	(void)frame;
	/* Nobody takes any type of frame yet. */
	dev->counts.rx_dropped++;
	dev->counts.rx_bytes += len;
}

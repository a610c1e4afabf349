/* files.c: the network as programs see it: dev/net/..., described in abi.h. */
#include "dev/ne2k.h"
#include "fs/fs.h"
#include "lib/lib.h"
#include "net/net.h"
#include "proc/proc.h"

static const u8 changed;

void net_changed(void)
{
	wakeup(&changed);
}

s32 net_wait(void)
{
	if (signal_pending())
		return -EINTR;
	sleep_on(&changed, ticks_now() + HZ / 10);
	return 0;
}

static void datagrams_close(struct file *f)
{
	socket_close(f->socket);
}

static u32 datagrams_ready(struct file *f)
{
	struct net_peer peer;
	u32 len;

	return CAN_WRITE | (socket_first(f->socket, &peer, &len) ? CAN_READ : 0);
}

static s32 datagrams_read(struct file *f, u8 *buf, u32 n)
{
	u32 until = ticks_now() + HZ, len;
	struct net_peer peer;
	const u8 *data;

	while (!(data = socket_first(f->socket, &peer, &len))) {
		if (signal_pending())
			return -EINTR;
		if ((s32)(until - ticks_now()) <= 0)
			return 0;
		sleep_on(f->socket, until);
	}
	if (n < sizeof(peer))
		return -EINVAL;
	/* What has no room in the buffer is lost. */
	len = len < n - sizeof(peer) ? len : n - (u32)sizeof(peer);
	memcpy(buf, &peer, sizeof(peer));
	memcpy(buf + sizeof(peer), data, len);
	socket_drop(f->socket);
	return (s32)(sizeof(peer) + len);
}

static s32 datagrams_write(struct file *f, const u8 *buf, u32 n)
{
	struct net_peer peer;
	s32 err;

	if (n < sizeof(peer))
		return -EINVAL;
	memcpy(&peer, buf, sizeof(peer));
	while ((err = socket_send(f->socket, &peer, buf + sizeof(peer), n - (u32)sizeof(peer))) ==
	       -EAGAIN)
		if (net_wait())
			return -EINTR;
	return err ? err : (s32)n;
}

static const struct device datagrams = {.read = datagrams_read,
					.write = datagrams_write,
					.ready = datagrams_ready,
					.close = datagrams_close};

static s32 datagrams_open(enum socket_kind kind, u32 port)
{
	struct socket *s = socket_open(kind, (u16)port);
	struct file *f = s ? file_new(&datagrams) : NULL;

	if (!f) {
		if (s)
			socket_close(s);
		return s ? -EMFILE : -EBUSY;
	}
	f->socket = s;
	return fd_alloc(f);
}

/* One device for each read. */
static s32 config_read(struct file *f, u8 *buf, u32 n)
{
	struct netdev *dev = netdev_nth(f->pos);
	struct net_info info = {.gateway = ip_gateway};

	if (n < sizeof(info))
		return -EINVAL;
	if (!dev)
		return 0;
	f->pos++;
	memcpy(info.name, dev->name, sizeof(info.name));
	memcpy(info.mac, dev->mac, sizeof(info.mac));
	info.addr = dev->addr;
	info.mask = dev->mask;
	info.counts = dev->counts;
	memcpy(buf, &info, sizeof(info));
	return sizeof(info);
}

static s32 config_write(struct file *f, const u8 *buf, u32 n)
{
	struct net_info info;
	struct netdev *dev;

	(void)f;
	if (n != sizeof(info))
		return -EINVAL;
	memcpy(&info, buf, sizeof(info));
	info.name[sizeof(info.name) - 1] = '\0';
	dev = netdev_find(info.name);
	if (!dev)
		return -ENODEV;
	/* The mask is ones, and behind them zeros. */
	if (~info.mask & (~info.mask + 1) || info.addr >> 28 >= 0xE)
		return -EINVAL;
	dev->addr = info.addr;
	dev->mask = info.mask;
	ip_gateway = info.gateway;
	return sizeof(info);
}

static const struct device config = {.read = config_read, .write = config_write};

s32 net_open(const char *name)
{
	static bool looked;
	u32 port;

	if (!looked)
		ne2k_find();
	looked = true;
	if (!strncmp(name, "udp/", 4))
		return whole_number(name + 4, 65535, &port) ? datagrams_open(SOCKET_UDP, port)
							    : -ENOENT;
	if (!strcmp(name, "ping"))
		return datagrams_open(SOCKET_PING, 0);
	if (!strncmp(name, "raw/", 4))
		return raw_open(name + 4);
	if (!strcmp(name, "tap"))
		return tap_open();
	return strcmp(name, "config") ? -ENOENT : fd_alloc(file_new(&config));
}

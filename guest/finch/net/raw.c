/*
 * raw.c: frames for programs: those of a device, instead of the stack (dev/net/raw/NAME), or of a
 * device that is nothing but the program's file (dev/net/tap).
 */
#include "fs/fs.h"
#include "net/net.h"
#include "proc/proc.h"
#include "string.h"

static struct file *tap_file; /* the other end of tap0 */

static u32 frames_ready(struct file *f)
{
	struct net_peer peer;
	u32 len;

	return CAN_WRITE | (socket_first(f->socket, &peer, &len) ? CAN_READ : 0);
}

static s32 frames_read(struct file *f, u8 *buf, u32 n)
{
	struct net_peer peer;
	u32 len;
	const u8 *data = socket_first(f->socket, &peer, &len);

	if (!data)
		return -EAGAIN;
	len = len < n ? len : n;
	memcpy(buf, data, len);
	socket_drop(f->socket);
	if (f == tap_file)
		netdev_ready(f->netdev);
	return (s32)len;
}

static s32 raw_write(struct file *f, const u8 *buf, u32 n)
{
	s32 err = netdev_send(f->netdev, buf, n);

	return err ? err : (s32)n;
}

static void raw_close(struct file *f)
{
	f->netdev->raw = NULL;
	if (f->netdev->listen)
		f->netdev->listen(f->netdev, false);
	socket_close(f->socket);
}

static const struct device raw = {
    .read = frames_read, .write = raw_write, .ready = frames_ready, .close = raw_close};

static s32 open_frames(const struct device *device, struct netdev *dev, struct file **f)
{
	struct socket *s = socket_open(SOCKET_FRAMES, 0);

	*f = s ? file_new(device) : NULL;
	if (!*f) {
		if (s)
			socket_close(s);
		return -EMFILE;
	}
	(*f)->socket = s;
	(*f)->netdev = dev;
	return 0;
}

s32 raw_open(const char *name)
{
	struct netdev *dev = netdev_find(name);
	struct file *f;

	if (!dev)
		return -ENODEV;
	if (dev->raw)
		return -EBUSY;
	if (open_frames(&raw, dev, &f))
		return -EMFILE;
	dev->raw = f->socket;
	if (dev->listen)
		dev->listen(dev, true);
	return fd_alloc(f);
}

static s32 tap_send(struct netdev *dev, const void *frame, u32 len)
{
	(void)dev;
	if (!tap_file)
		return -ENODEV;
	return socket_put(tap_file->socket, NULL, frame, len) ? 0 : -EAGAIN;
}

static s32 tap_write(struct file *f, const u8 *buf, u32 n)
{
	net_receive(f->netdev, buf, n);
	return (s32)n;
}

static void tap_close(struct file *f)
{
	tap_file = NULL;
	socket_close(f->socket);
	netdev_ready(f->netdev);
}

static const struct device tap = {
    .read = frames_read, .write = tap_write, .ready = frames_ready, .close = tap_close};

s32 tap_open(void)
{
	/* Not anybody's: the second bit says that this machine chose it. */
	static struct netdev dev = {.name = "tap0", .mac = {0x02, 0, 0, 0, 0, 1}, .send = tap_send};
	s32 err = tap_file ? -EBUSY : open_frames(&tap, &dev, &tap_file);

	if (err)
		return err;
	if (!netdev_find(dev.name))
		netdev_register(&dev);
	return fd_alloc(tap_file);
}

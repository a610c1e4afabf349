/*
 * capture.c: what comes to the router, whatever becomes of it, for tcpdump: a file of the kind pcap
 * (https://www.tcpdump.org/manpages/pcap-savefile.5.html), which somebody reads as it is written.
 */
#include "netback/netback.h"

static struct {
	u32 fd; /* 0: nobody wants any */
	u32 left, taken, lost;
	u8 bytes[32768];
	u32 size, given;
} c;

static void add(const void *p, u32 n)
{
	memcpy(c.bytes + c.size, p, n);
	c.size += n;
}

static void end(void)
{
	printf("netback: captured %u frames, and lost %u\n", c.taken, c.lost);
	close(c.fd);
	c.fd = 0;
}

bool capture_begin(u32 fd, u32 frames)
{
	/* Magic and version; times are UTC and exact; the longest frame; Ethernet. */
	static const u32 head[] = {0xA1B2C3D4, 4u << 16 | 2, 0, 0, 65535, 1};

	/* Who has gone meanwhile, is not heard of while nothing comes. */
	if (c.fd && write(c.fd, c.bytes, 0) >= 0)
		return false;
	if (c.fd)
		end();
	c.fd = fd;
	c.left = frames;
	c.taken = c.lost = c.size = c.given = 0;
	add(head, sizeof(head));
	return true;
}

void capture(const struct frame *f)
{
	u32 now, record[4];

	if (!c.fd || !c.left)
		return;
	if (sizeof(record) + f->len > sizeof(c.bytes) - c.size) {
		c.lost++;
		return;
	}
	now = (u32)ticks();
	record[0] = now / HZ;
	record[1] = now % HZ * (1000000 / HZ);
	record[2] = record[3] = f->len;
	add(record, sizeof(record));
	add(f->at, f->len);
	c.taken++;
	c.left--;
}

u32 capture_wants(void)
{
	return c.fd && (c.given < c.size || !c.left) ? POLL_WRITE(c.fd) : 0;
}

void capture_serve(void)
{
	s32 n;

	if (!capture_wants())
		return;
	n = write(c.fd, c.bytes + c.given, c.size - c.given);
	if (n < 0 && n != -EAGAIN)
		return end();
	c.given += n > 0 ? (u32)n : 0;
	if (c.given < c.size)
		return;
	c.given = c.size = 0;
	if (!c.left)
		end();
}

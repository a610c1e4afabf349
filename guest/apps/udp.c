/*
 * udp.c: datagrams, counted: who sends many, who takes them, who sends back what comes, and who
 * asks that one.
 *
 * Who asks may have several on their way at a time; then none is asked for again.
 *
 * Each datagram has its number and a sum over it, so that it is known which are lost, late (after
 * one with a higher number), twice, or spoilt.
 */
#include "lib/inet.h"

#define AT_ONCE 32u    /* a socket holds twice as many */
#define MOST	65536u /* numbers of datagrams that a sink can tell from each other */

struct datagram {
	struct net_peer peer;
	u32 number, of, sum;
	u8 data[NET_DATA - 12];
} out, in;
#define HEAD	  (sizeof(struct datagram) - sizeof(((struct datagram *)0)->data))
#define HEAD_SENT (HEAD - sizeof(struct net_peer))

/* Over all but the sum itself (Adler's, without the second half's rests). */
static u32 sum_of(const struct datagram *d, u32 n)
{
	u32 a = d->number + 1, b = d->of;

	for (u32 i = 0; i < n; i++) {
		a += d->data[i];
		b += a;
	}
	return b << 16 ^ a ^ n;
}

static void make(u32 number, u32 of, u32 size)
{
	u32 state = number * 2654435761u | 1, n = size - HEAD_SENT;

	out.number = number;
	out.of = of;
	for (u32 i = 0; i < n; i++)
		out.data[i] = (u8)next_random(&state);
	out.sum = sum_of(&out, n);
}

static u32 open_port(const char *port)
{
	char name[24] = "dev/net/udp/";
	u16 n;
	s32 fd;

	if (port && !inet_parse_port(port, &n))
		die("a port is a number from 1 to 65535");
	strlcpy(name + strlen(name), port ? port : "0", sizeof(name) - strlen(name));
	fd = open(name);
	if (fd < 0)
		die(fd == -EBUSY ? "the port is in use" : "no network in this kernel");
	return (u32)fd;
}

static void send(u32 fd, u32 size)
{
	s32 err = write(fd, &out, sizeof(out.peer) + size);

	if (err >= 0)
		return;
	printf("udp: %s\n", why(err));
	exit(1);
}

static int blast(u32 count, u32 size)
{
	u32 fd = open_port(NULL), from = (u32)ticks();

	for (u32 i = 0; i < count; i++) {
		make(i, count, size);
		send(fd, size);
	}
	printf("udp: sent %u of %u bytes in %u ms\n", count, size, ((u32)ticks() - from) * 10);
	return 0;
}

/* Until all have come, or two seconds after the last. */
static int sink(const char *port)
{
	static u8 seen[MOST / 8];
	u32 fd = open_port(port), came = 0, late = 0, twice = 0, bad = 0, of = 0, next = 0,
	    bytes = 0, from = 0, last = 0, idle = 0;

	printf("udp: port %s waits\n", port);
	while ((!came && !bad) || (came < of && idle < 2)) {
		s32 n = read(fd, &in, sizeof(in));

		idle = n ? 0 : idle + 1;
		if (n <= 0)
			continue;
		if ((u32)n < HEAD || in.of > MOST || in.number >= in.of ||
		    in.sum != sum_of(&in, (u32)n - HEAD)) {
			bad++;
			continue;
		}
		last = (u32)ticks();
		if (!came)
			from = last;
		of = in.of;
		if (seen[in.number / 8] >> in.number % 8 & 1) {
			twice++;
			continue;
		}
		seen[in.number / 8] |= (u8)(1u << in.number % 8);
		late += in.number < next;
		next = in.number < next ? next : in.number + 1;
		came++;
		bytes += (u32)n - sizeof(in.peer);
	}
	printf("udp: %u of %u came, %u late, %u twice, %u bad; %u bytes in %u ms\n", came, of, late,
	       twice, bad, bytes, (last - from) * 10);
	return came < of || bad;
}

static int echo(const char *port, u32 count)
{
	u32 fd = open_port(port), sum = 0;

	printf("udp: port %s sends back\n", port);
	for (u32 i = 0; i < count;) {
		s32 n = read(fd, &in, sizeof(in));

		if (n == -EINTR)
			return 1;
		if (n <= 0 || write(fd, &in, (u32)n) < 0)
			continue;
		sum += in.sum;
		i++;
	}
	printf("udp: %u sent back, sum %x\n", count, sum);
	return 0;
}

/* Each is asked for up to ten times. */
static int ask(u32 count, u32 size)
{
	u32 fd = open_port(NULL), again = 0, came = 0, sum = 0;

	for (u32 i = 0; i < count; i++) {
		u32 bytes = size ? size : HEAD_SENT + i * 977 % (NET_DATA - HEAD_SENT + 1);

		make(i, count, bytes);
		for (u32 tries = 0, got = 0; tries < 10 && !got; tries++) {
			s32 n;

			again += tries > 0;
			send(fd, bytes);
			while (!got && (n = read(fd, &in, sizeof(in))) > 0)
				got = (u32)n == sizeof(in.peer) + bytes && in.number == i &&
				      !memcmp(&in.number, &out.number, bytes);
			came += got;
			sum += got ? out.sum : 0;
		}
	}
	printf("udp: %u of %u came back, %u asked again, sum %x\n", came, count, again, sum);
	return came < count;
}

/* Some at a time, and then all their answers. */
static int ask_together(u32 count, u32 size, u32 at_once)
{
	u32 fd = open_port(NULL), came = 0;

	for (u32 i = 0; i < count; i += at_once) {
		u32 end = count - i < at_once ? count : i + at_once;

		for (u32 k = i; k < end; k++) {
			make(k, count, size);
			send(fd, size);
		}
		while (came < end && read(fd, &in, sizeof(in)) == (s32)(sizeof(in.peer) + size))
			came += in.number < end && in.sum == sum_of(&in, size - HEAD_SENT);
	}
	printf("udp: %u of %u came back\n", came, count);
	return came < count;
}

static int usage(void)
{
	printf("usage: udp blast ADDRESS PORT COUNT [SIZE]\n"
	       "       udp sink PORT\n"
	       "       udp echo PORT COUNT\n"
	       "       udp ask ADDRESS PORT COUNT [SIZE [AT_A_TIME]]\n");
	return 2;
}

int main(int argc, char **argv)
{
	bool asks = argc > 1 && !strcmp(argv[1], "ask");
	u32 count, size = 0, at_once = 1;

	if (argc == 3 && !strcmp(argv[1], "sink"))
		return sink(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "echo") && whole_number(argv[3], UINT32_MAX, &count))
		return echo(argv[2], count);
	if (argc < 5 || argc > 6 + asks || (!asks && strcmp(argv[1], "blast")) ||
	    !inet_parse(argv[2], &out.peer.addr) || !inet_parse_port(argv[3], &out.peer.port))
		return usage();
	if (!whole_number(argv[4], MOST, &count) ||
	    (argc > 5 && (!whole_number(argv[5], NET_DATA, &size) || size < HEAD_SENT)) ||
	    (argc > 6 && (!whole_number(argv[6], AT_ONCE, &at_once) || !at_once)))
		return usage();
	if (at_once > 1)
		return ask_together(count, size, at_once);
	return asks ? ask(count, size) : blast(count, size ? size : 1024);
}

/*
 * net_random.c: Finch's stack gets random frames, good ones and spoilt ones, and sends datagrams;
 * what it must do with each, a decoder says that shares no code with it.
 *
 * Each frame lies in memory of just its length, so that the sanitizers see a byte too many.
 * TRAPLINE_TEST_SEED=N draws others, TRAPLINE_NET_RUNS=N makes N times 2,000 frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mm/mm.h"
#include "net/net.h"
#include "net_judge.h"
#include "proc/proc.h"

#define QUEUE 64

static u32 state, now, frames;
static const void *woken;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

/* ---- What the rest of the kernel does for the stack ---- */

void *page_alloc(void)
{
	return malloc(PAGE_SIZE);
}

void page_free(void *page)
{
	free(page);
}

u32 ticks_now(void)
{
	return now;
}

void wakeup(const void *channel)
{
	woken = channel;
}

/* ---- A device: what was sent last, and whether it has room ---- */

static u8 sent[NET_FRAME];
static u32 sent_len, nr_sent, nr_changed;
static bool full, broken;
static struct netdev *sent_by;

static s32 dev_send(struct netdev *dev, const void *frame, u32 len)
{
	if (full)
		return broken ? -EIO : -EAGAIN;
	sent_by = dev;
	assert_in_range(len, ETH_HEAD, NET_FRAME);
	memcpy(sent, frame, len);
	sent_len = len;
	nr_sent++;
	return 0;
}

void net_changed(void)
{
	nr_changed++;
}

static const u8 ours[6] = {2, 0, 0, 0, 0, 0x0A}, other[6] = {2, 0, 0, 0, 0, 0x0B},
		all[6] = {255, 255, 255, 255, 255, 255};
#define US   0x0A00020Fu /* 10.0.2.15/24 */
#define PEER 0x0A000203u
#define GATE 0x0A000202u

static struct netdev dev = {
    .name = "ne0", .mac = {2, 0, 0, 0, 0, 0x0A}, .send = dev_send, .addr = US, .mask = 0xFFFFFF00};
#define US2   0xC0A80501u /* 192.168.5.1/28 */
#define PEER2 0xC0A8050Eu
static struct netdev dev2 = {.name = "tap0",
			     .mac = {2, 0, 0, 0, 0, 0x0C},
			     .send = dev_send,
			     .addr = US2,
			     .mask = 0xFFFFFFF0};

static void receive(const u8 *frame, u32 len)
{
	u8 *exact = malloc(len ? len : 1);

	memcpy(exact, frame, len);
	net_receive(&dev, exact, len);
	free(exact);
}

static struct socket *udp7, *udp8, *ping;

/* ---- Frames as they should be, and spoilt ---- */

static void ethernet(u8 *f, const u8 *to, u32 type)
{
	memcpy(f, to, 6);
	memcpy(f + 6, other, 6);
	put(f + 12, 2, type);
}

static u32 make_arp(u8 *f, u32 op, u32 from, const u8 *mac, u32 to)
{
	ethernet(f, op == 1 ? all : ours, 0x0806);
	put(f + 14, 4, 0x00010800);
	put(f + 18, 4, 0x06040000 | op);
	memcpy(f + 22, mac, 6);
	put(f + 28, 4, from);
	memset(f + 32, 0, 6);
	put(f + 38, 4, to);
	return 42;
}

static void put_sums(u8 *f, u32 len)
{
	u8 *p = f + 14, *c = p + (p[0] & 15) * 4;
	u32 head = (p[0] & 15) * 4, n = get(p + 2, 2);

	if (head < 12 || n < head + 8 || n > len - 14)
		return;
	n -= head;
	if (p[9] == 1) {
		put(c + 2, 2, 0);
		put(c + 2, 2, 65535 - rest_of(c, n, 0));
	} else if (p[9] == 17 && get(c + 4, 2) <= n) {
		put(c + 6, 2, 0);
		put(c + 6, 2, 65535 - udp_rest(p, c, get(c + 4, 2)));
	}
	put(p + 10, 2, 0);
	put(p + 10, 2, 65535 - rest_of(p, head, 0));
}

/* An IP packet of that protocol; its content's first words are a and b. */
static u32 make_ip(u8 *f, u32 protocol, u32 a, u32 b, u32 len)
{
	u32 head = below(4) ? 20 : 20 + 4 * below(11), n = head + 8 + len;
	u8 *p = f + 14, *c = p + head;

	ethernet(f, ours, 0x0800);
	for (u32 i = 0; i < n; i++)
		p[i] = (u8)below(256);
	put(p, 2, 0x4000 | head << 6);
	put(p + 2, 2, n);
	put(p + 6, 2, below(2) ? 0x4000 : 0);
	p[9] = (u8)protocol;
	put(p + 12, 4, below(4) ? PEER : below(2) ? state : US);
	put(p + 16, 4, US);
	put(c, 4, a);
	put(c + 4, 4, b);
	put_sums(f, 14 + n);
	return 14 + n;
}

static u32 random_size(void)
{
	return below(3) ? below(40) : below(NET_DATA - 44 + 1);
}

static u32 make(u8 *f)
{
	u32 len = random_size();

	switch (below(5)) {
	case 0:
		return make_arp(f, 1 + below(3) % 2,
				below(4)   ? PEER
				: below(2) ? US
					   : state,
				below(8) ? other : all, below(4) ? US : GATE);
	case 1:
		return make_ip(f, 1, below(6) ? 0x08000000 : below(16) << 24, state, len);
	case 2:
		return make_ip(f, 1, 0, (u32)socket_port(ping) << 16 | below(9), len);
	default:
		return make_ip(f, 17, state << 16 | (below(5) ? 7 + below(3) : below(65536)),
			       (8 + len) << 16, len);
	}
}

static u32 spoil(u8 *f, u32 len)
{
	u32 at;

	for (u32 n = below(3) ? 0 : 1 + below(3); n && len; n--) {
		at = below(3) ? below(len < 50 ? len : 50) : below(len);
		switch (below(5)) {
		case 0:
			f[at] ^= (u8)(1u << below(8));
			break;
		case 1:
			f[at] = (u8)below(256);
			break;
		case 2:
			len = below(3) ? len - 1 : below(len + 1);
			break;
		case 3:
			at = below(NET_FRAME + 3 - len);
			memset(f + len, (int)below(256), at);
			len += at;
			break;
		default: /* a length, by little */
			at = 14 + (below(2) ? 2 : 24);
			put(f + at, 2, below(2) ? below(12) : get(f + at, 2) + below(5) - 2);
		}
		if (!below(12))
			f[14] = (u8)(0x40 + below(16));
		if (below(3) && len >= 42 && get(f + 12, 2) == 0x0800)
			put_sums(f, len);
	}
	if (len >= 42 && !below(8) && get(f + 12, 2) == 0x0800 && f[14] == 0x45 && f[23] == 17)
		put(f + 40, 2, 0); /* without a sum */
	return len;
}

/* ---- The stack against the decoder ---- */

static u32 queued[3];

static struct socket *socket_of(const struct judged *j, u32 *n)
{
	struct socket *s = NULL;

	if (j->is == UDP_DATA && (j->to_port == 7 || j->to_port == 8))
		s = j->to_port == 7 ? udp7 : udp8;
	else if (j->is == ECHO_REPLY && j->to_port == socket_port(ping))
		s = ping;
	*n = s == udp7 ? 0 : s == udp8 ? 1 : 2;
	return s;
}

/* Oldest first: as many as are known to be there. */
static void drain(struct socket *s, u32 n)
{
	struct net_peer peer;
	u32 len;

	for (; queued[n]; queued[n]--) {
		assert_non_null(socket_first(s, &peer, &len));
		socket_drop(s);
	}
	assert_null(socket_first(s, &peer, &len));
}

static void check_queued(struct socket *s, const struct judged *j, u32 n)
{
	struct net_peer peer;
	const u8 *data;
	u32 len;

	if (below(60) && queued[n] == 1) { /* mostly looked at, at once */
		data = socket_first(s, &peer, &len);
		assert_non_null(data);
		assert_int_equal(peer.addr, j->from);
		assert_int_equal(peer.port, j->port);
		assert_int_equal(peer.own, j->to_port);
		assert_int_equal(len, j->len);
		assert_memory_equal(data, j->data, len);
		drain(s, n);
	} else if (queued[n] == QUEUE && below(2)) {
		drain(s, n);
	}
}

static void check_sent_to(const u8 *mac, u32 type)
{
	assert_memory_equal(sent, mac, 6);
	assert_memory_equal(sent + 6, sent_by->mac, 6);
	assert_int_equal(get(sent + 12, 2), type);
}

/* One that is whole by the decoder's rules, as somebody else would see it. */
static struct judged check_sent_ip(u32 to)
{
	struct netdev there = {.addr = to};
	struct judged j;

	memcpy(there.mac, sent, 6);
	j = judge(sent, sent_len, &there);
	assert_int_not_equal(j.is, DROPPED);
	assert_int_equal(j.from, sent_by->addr);
	assert_int_equal(get(sent + 20, 2), 0x4000);
	assert_int_equal(sent[22], 64);
	assert_int_equal(get(sent + 16, 2), sent_len - 14);
	return j;
}

/* The answer to an echo request: the same to who sent it. */
static void check_echo(const struct judged *asked)
{
	struct judged j = check_sent_ip(asked->from);

	check_sent_to(asked->from == PEER ? other : sent, 0x0800);
	assert_int_equal(j.is, ECHO_REPLY);
	assert_int_equal(j.port, asked->port);
	assert_int_equal(j.to_port, asked->to_port);
	assert_int_equal(j.len, asked->len);
	assert_memory_equal(j.data, asked->data, j.len);
}

static void check_arp(const u8 *asked)
{
	check_sent_to(asked + 22, 0x0806);
	assert_int_equal(sent_len, 42);
	assert_memory_equal(sent + 14, "\0\1\10\0\6\4\0\2", 8);
	assert_memory_equal(sent + 22, ours, 6);
	assert_int_equal(get(sent + 28, 4), US);
	assert_memory_equal(sent + 32, asked + 22, 10);
}

static void one_frame(void)
{
	static u8 frame[NET_FRAME + 4], arp[42];
	u32 len = spoil(frame, make(frame)), before, n;
	struct net_counts c;
	struct judged j;
	struct socket *s;
	bool use, answered;

	dev.flags = below(10) ? 0 : NETDEV_RX_TRUST;
	receive(arp, make_arp(arp, 1, PEER, other, US)); /* who asks is known */
	c = dev.counts;
	j = judge(frame, len, &dev);
	s = socket_of(&j, &n);
	full = !below(10);
	before = nr_sent;
	receive(frame, len);
	answered = nr_sent > before && (j.is != ECHO_ASKED || get(sent + 12, 2) == 0x0800);
	use = j.is == ARP_ASKED || j.is == ARP_ANSWERED || (j.is == ECHO_ASKED && answered);
	if (s) {
		use = queued[n] < QUEUE;
		queued[n] += use;
		assert_true(!use || woken == s);
		woken = NULL;
		check_queued(s, &j, n);
	}
	/* Another sender's address may have to be asked for first. */
	if (j.is == ARP_ASKED || (j.is == ECHO_ASKED && j.from == PEER))
		assert_true(answered == !full);
	else if (j.is != ECHO_ASKED)
		assert_false(answered);
	if (answered && j.is == ECHO_ASKED)
		check_echo(&j);
	else if (answered)
		check_arp(frame);
	full = false;
	assert_int_equal(dev.counts.rx, c.rx + 1);
	assert_int_equal(dev.counts.rx_bytes, c.rx_bytes + len);
	assert_int_equal(dev.counts.rx_dropped, c.rx_dropped + !use);
}

static void set_up_sockets(void)
{
	udp7 = socket_open(SOCKET_UDP, 7);
	udp8 = socket_open(SOCKET_UDP, 8);
	ping = socket_open(SOCKET_PING, 0);
	assert_true(udp7 && udp8 && ping && socket_port(ping) >= 49152);
	memset(queued, 0, sizeof(queued));
}

static void close_sockets(void)
{
	socket_close(udp7);
	socket_close(udp8);
	socket_close(ping);
}

static void random_frames_are_taken_as_the_decoder_says(void **unused)
{
	(void)unused;
	set_up_sockets();
	ip_gateway = GATE;
	for (u32 i = 0; i < frames; i++) {
		one_frame();
		now += below(10) ? 0 : below(HZ);
	}
	close_sockets();
}

/* Where something for this address must go: a device, and the neighbour on its subnet. */
static struct netdev *way_to(u32 addr, u32 *next)
{
	*next = addr;
	if (!addr || addr >= 0xE0000000 || addr == US || addr == US2)
		return NULL;
	if (addr >= US2 - 1 && addr < US2 + 15)
		return &dev2;
	*next = addr / 256 == US / 256 ? addr : GATE;
	return &dev;
}

static u32 random_target(void)
{
	static const u32 addrs[] = {PEER, GATE, PEER2, US, US2 + 15, US2 - 1, 0, 0xE0000001};

	return below(4) ? addrs[below(ARRAY_SIZE(addrs))] : state;
}

static void check_datagram(struct socket *s, const struct net_peer *to, const u8 *data, u32 len)
{
	bool blank = s != ping && sent_by->flags & NETDEV_TX_BLANK;
	struct judged j;

	check_sent_to(other, 0x0800);
	assert_true(s == ping || get(sent + 40, 2));
	if (blank) { /* what is there is the sum of the rest, to be completed */
		assert_int_equal(get(sent + 40, 2) % 65535, rest_of(sent + 26, 8, 17 + 8 + len));
		put(sent + 40, 2, 0);
	}
	j = check_sent_ip(to->addr);
	assert_int_equal(j.is, s == ping ? ECHO_ASKED : UDP_DATA);
	assert_int_equal(j.port, s == ping ? to->port : 7);
	assert_int_equal(j.to_port, s == ping ? socket_port(ping) : to->port);
	assert_int_equal(j.len, len);
	assert_memory_equal(j.data, data, len);
}

/* Datagrams and echoes to neighbours of two devices, and beyond the gateway. */
static void one_datagram(void)
{
	static u8 data[NET_DATA + 1], arp[42];
	struct net_peer to = {random_target(), (u16)below(65536), 0};
	struct socket *s = below(2) ? udp7 : ping;
	u32 len = below(20) ? random_size() : NET_DATA + below(2), before = nr_sent, next;
	struct netdev *d = way_to(to.addr, &next);
	s32 expected = len > NET_DATA ? -EINVAL : -ENETUNREACH;
	struct net_counts c = {0};

	for (u32 k = 0; k < len; k++)
		data[k] = (u8)below(256);
	full = !below(8);
	broken = !below(2);
	if (d) {
		make_arp(arp, 2, next, other, d->addr);
		memcpy(arp, d->mac, 6);
		net_receive(d, arp, sizeof(arp));
		d->flags = below(3) ? NETDEV_TX_BLANK : 0;
		c = d->counts;
		if (len <= NET_DATA)
			expected = !full ? 0 : broken ? -EIO : -EAGAIN;
	}
	assert_int_equal(socket_send(s, &to, data, len), expected);
	assert_int_equal(nr_sent, before + !expected);
	if (!expected) {
		assert_ptr_equal(sent_by, d);
		check_datagram(s, &to, data, len);
	}
	if (d) { /* who waits for room has lost nothing */
		assert_int_equal(d->counts.tx, c.tx + !expected);
		assert_int_equal(d->counts.tx_bytes, c.tx_bytes + (expected ? 0 : sent_len));
		assert_int_equal(d->counts.tx_dropped, c.tx_dropped + (expected == -EIO));
	}
	full = broken = false;
}

static void what_is_sent_is_whole(void **unused)
{
	(void)unused;
	set_up_sockets();
	ip_gateway = GATE;
	for (u32 i = 0; i < frames / 4; i++)
		one_datagram();
	assert_int_equal(netdev_send(&dev, sent, ETH_HEAD - 1), -EINVAL); /* a program's frames */
	assert_int_equal(netdev_send(&dev, sent, NET_FRAME + 1), -EINVAL);
	ip_gateway = 0;
	assert_int_equal(socket_send(udp7, &(struct net_peer){0x0B000001, 9, 0}, "", 1),
			 -ENETUNREACH);
	close_sockets();
	dev.flags = dev2.flags = 0;
}

static void who_does_not_answer_is_asked_three_times_a_second_apart(void **unused)
{
	u8 mac[6], arp[42];
	u32 addr = 0x0A000263, before = nr_sent;

	(void)unused;
	for (u32 i = 1; i <= 3; i++) {
		for (u32 k = 0; k < HZ; k += 10, now += 10) {
			assert_int_equal(arp_find(&dev, addr, mac), -EAGAIN);
			assert_int_equal(nr_sent, before + i);
		}
		check_sent_to(all, 0x0806);
		assert_int_equal(get(sent + 20, 2), 1);
		assert_int_equal(get(sent + 32, 4) | get(sent + 36, 2), 0);
		assert_int_equal(get(sent + 38, 4), addr);
	}
	assert_int_equal(arp_find(&dev, addr, mac), -EHOSTUNREACH);
	assert_int_equal(arp_find(&dev, addr, mac), -EAGAIN);
	assert_int_equal(nr_sent, before + 4);
	/* Somebody else's question teaches only what we had wanted to know. */
	before = nr_changed;
	receive(arp, make_arp(arp, 1, addr, other, PEER));
	assert_int_equal(arp_find(&dev, addr, mac), 0);
	assert_memory_equal(mac, other, 6);
	assert_int_equal(nr_changed, before + 1); /* who waits is told */
	netdev_ready(&dev);
	assert_int_equal(nr_changed, before + 2);
	receive(arp, make_arp(arp, 1, addr + 1, other, PEER));
	assert_int_equal(arp_find(&dev, addr + 1, mac), -EAGAIN);
	/* A minute later it is asked for anew. */
	now += 60 * HZ - 1;
	assert_int_equal(arp_find(&dev, addr, mac), 0);
	now++;
	assert_int_equal(arp_find(&dev, addr, mac), -EAGAIN);
	/* Of other subnets nobody is a neighbour. */
	receive(arp, make_arp(arp, 1, 0x0B000001, other, US));
	assert_int_equal(arp_find(&dev, 0x0B000001, mac), -EAGAIN);
}

static void many_who_ask_do_not_drive_out_the_last(void **unused)
{
	u8 mac[6], arp[42];

	(void)unused;
	for (u32 i = 1; i < 2000; i++) {
		now++;
		receive(arp, make_arp(arp, 1, (US & ~0xFFu) | (16 + i % 200), other, US));
		for (u32 k = i < 32 ? i - 1 : 31; k; k--)
			assert_int_equal(arp_find(&dev, (US & ~0xFFu) | (16 + (i - k) % 200), mac),
					 0);
	}
}

static void a_full_queue_drops_the_newest(void **unused)
{
	static u8 frame[NET_FRAME];
	struct net_peer peer;
	u32 dropped, len;

	(void)unused;
	dev.flags = 0;
	set_up_sockets();
	dropped = dev.counts.rx_dropped;
	for (u32 i = 0; i < QUEUE + 5;) {
		u32 n = make_ip(frame, 17, i << 16 | 7, 108 << 16, 100);

		if (get(frame + 26, 4) != PEER)
			continue;
		receive(frame, n);
		i++;
	}
	assert_int_equal(dev.counts.rx_dropped, dropped + 5);
	for (u32 i = 0; i < QUEUE; i++) {
		assert_non_null(socket_first(udp7, &peer, &len));
		assert_int_equal(peer.port, i);
		assert_int_equal(len, 100);
		socket_drop(udp7);
	}
	assert_null(socket_first(udp7, &peer, &len));
	assert_null(socket_open(SOCKET_UDP, 7));
	close_sockets();
}

static void who_has_the_device_gets_all_frames(void **unused)
{
	static u8 frame[NET_FRAME + 4];
	struct net_peer peer;

	(void)unused;
	set_up_sockets();
	dev.raw = socket_open(SOCKET_FRAMES, 0);
	for (u32 i = 0; i < 200; i++) {
		u32 n = spoil(frame, make(frame)), before = nr_sent, len;
		const u8 *data;

		receive(frame, n);
		assert_int_equal(nr_sent, before);
		data = socket_first(dev.raw, &peer, &len);
		assert_true(!data == (n < ETH_HEAD || n > NET_FRAME));
		if (data) {
			assert_int_equal(len, n);
			assert_memory_equal(data, frame, n);
			socket_drop(dev.raw);
		}
	}
	socket_close(dev.raw);
	dev.raw = NULL;
	close_sockets();
}

int main(void)
{
	const char *seed = getenv("TRAPLINE_TEST_SEED"), *runs = getenv("TRAPLINE_NET_RUNS");
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_frames_are_taken_as_the_decoder_says),
	    cmocka_unit_test(what_is_sent_is_whole),
	    cmocka_unit_test(who_does_not_answer_is_asked_three_times_a_second_apart),
	    cmocka_unit_test(many_who_ask_do_not_drive_out_the_last),
	    cmocka_unit_test(a_full_queue_drops_the_newest),
	    cmocka_unit_test(who_has_the_device_gets_all_frames),
	};

	state = (seed ? (u32)atoi(seed) : 1) * 2654435761u | 1;
	netdev_register(&dev);
	netdev_register(&dev2);
	frames = (runs ? (u32)atoi(runs) : 10) * 2000;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

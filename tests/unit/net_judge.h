/* net_judge.h: what a frame is, by a decoder that shares no code with Finch's stack. */
#ifndef NET_JUDGE_H
#define NET_JUDGE_H

#include "net/netdev.h"

enum verdict { DROPPED, UDP_DATA, ECHO_REPLY, ECHO_ASKED, ARP_ASKED, ARP_ANSWERED };
struct judged {
	enum verdict is;
	u32 from, port, to_port; /* or sequence and id of an echo */
	const u8 *data;
	u32 len;
};

/** What a device with this address and these flags has to make of it. */
struct judged judge(const u8 *frame, u32 len, const struct netdev *d);
/** A number of n bytes, the first the highest. */
u32 get(const u8 *b, u32 n);
void put(u8 *b, u32 n, u32 v);
/** The sum of all words, and more, modulo 65535: 0 where a header has the right sum. */
u32 rest_of(const u8 *b, u32 len, u32 more);
/** The same of a UDP datagram, with its IP header. */
u32 udp_rest(const u8 *ip, const u8 *udp, u32 len);

#endif

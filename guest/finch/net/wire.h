/*
 * wire.h: what goes over a wire: Ethernet II, ARP (RFC 826), IPv4 (RFC 791), ICMP's echo (RFC 792),
 * UDP (RFC 768). Numbers there have their first byte first: be16() and be32() turn them.
 */
#ifndef FINCH_WIRE_H
#define FINCH_WIRE_H

#include "net/netdev.h"

#define WIRE __attribute__((packed))

#define ETH_ARP 0x0806
#define ETH_IP	0x0800

struct eth {
	u8 to[MAC_SIZE], from[MAC_SIZE];
	u16 type;
} WIRE;

#define ARP_ETHERNET 1
#define ARP_REQUEST  1
#define ARP_REPLY    2

struct arp {
	u16 hardware, protocol;
	u8 hardware_size, protocol_size;
	u16 operation;
	u8 from_mac[MAC_SIZE];
	u32 from;
	u8 to_mac[MAC_SIZE];
	u32 to;
} WIRE;

#define IP_VERSION_5  0x45 /* version 4, five words of header */
#define IP_TTL	      64
#define IP_DONT_SPLIT 0x4000 /* in `fragment` */
#define IP_FRAGMENT   0x3FFF /* more of them, or not at the beginning */
#define IP_ICMP	      1
#define IP_UDP	      17

struct ip {
	u8 version, service;
	u16 len, id, fragment;
	u8 ttl, protocol;
	u16 sum;
	u32 from, to;
} WIRE;

#define ICMP_REPLY 0
#define ICMP_ECHO  8

struct icmp {
	u8 type, code;
	u16 sum, id, sequence;
} WIRE;

struct udp {
	u16 from, to, len, sum;
} WIRE;

static inline u16 be16(u16 v)
{
	return __builtin_bswap16(v);
}

static inline u32 be32(u32 v)
{
	return __builtin_bswap32(v);
}

/** The sum of 16-bit words (RFC 1071), on top of `sum`; not yet folded. */
u32 net_sum(const void *data, u32 len, u32 sum);
/** Folded, and inverted: as it stands in a header. Over a header with its sum it is 0. */
u16 net_checksum(u32 sum);

#endif

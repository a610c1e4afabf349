/*
 * header.h: what a router looks at of a frame, read once out of a copy that nobody else can change.
 */
#ifndef ROUTER_HEADER_H
#define ROUTER_HEADER_H

#include <trapline/types.h>

#define ROUTER_MAC 6u
#define HEADER_BYTES                                                                               \
	82u /* Ethernet's header, the longest of IPv4, and 8 bytes of what is in it                \
	     */

#define PROTOCOL_ICMP 1u
#define PROTOCOL_TCP  6u
#define PROTOCOL_UDP  17u
#define PROTOCOL_ARP  0x100u /* ours: no IPv4 at all */

struct header {
	u8 to_mac[ROUTER_MAC], from_mac[ROUTER_MAC];
	u16 protocol;
	u16 from_port, to_port; /* of TCP and UDP, else 0 */
	u16 content, size; /* what IPv4 carries: where it begins in the frame, and how long it is */
	u32 from, to;	   /* 10.0.0.1 is 0x0A000001; of ARP: sender and target */
};

/** Why a frame goes no further. Each is counted by itself. */
enum fate {
	PASSED,
	DROPPED_SHORT,	  /* it ends before its headers do, or they say so */
	DROPPED_TYPE,	  /* neither IPv4 nor ARP about IPv4 on Ethernet */
	DROPPED_ODD,	  /* headers that no honest sender makes */
	DROPPED_FRAGMENT, /* a part of a datagram: only the first has ports, so rules cannot tell */
	DROPPED_SPOOFED,  /* its sender is not who he says */
	DROPPED_OUT,	  /* a rule for what its sender may send */
	DROPPED_IN,	  /* a rule for what its receiver may get */
	DROPPED_NOBODY,	  /* there is no such receiver */
	DROPPED_NO_BUFFER, /* the receiver has no room */
	DROPPED_BAD,	   /* a request that cannot be carried out: no such page, a wrong size */
	NR_FATES,
};
extern const char *const fate_names[NR_FATES];

/**
 * Read a frame's headers.
 * @param copy its first bytes: HEADER_BYTES, or all of them
 * @param len the whole frame's length
 * @return PASSED, DROPPED_SHORT, _TYPE, _ODD or _FRAGMENT; only with PASSED *h is written whole
 */
enum fate header_read(struct header *h, const u8 *copy, u32 len);

#endif

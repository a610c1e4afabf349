/*
 * net.h: the stack's parts: what they ask of each other. Addresses and ports are in the host's
 * order, but for those in the structures of wire.h.
 */
#ifndef FINCH_NET_H
#define FINCH_NET_H

#include "abi.h"
#include "net/wire.h"

/* What comes in goes from netdev.c up. Each says whether it was of use: else it counts as dropped.
 */
bool arp_receive(struct netdev *dev, const u8 *packet, u32 len);
bool ip_receive(struct netdev *dev, const u8 *packet, u32 len);
bool udp_receive(struct netdev *dev, const struct ip *ip, const u8 *packet, u32 len);
/** An answer to an echo request. */
bool ping_receive(u32 from, const struct icmp *h, const u8 *data, u32 len);

/* netdev.c */
/** The index-th device, or NULL. */
struct netdev *netdev_nth(u32 index);

/* arp.c */
/** Where to send what is for `addr`. @return 0; -EAGAIN: it was asked for, net_wait();
 * -EHOSTUNREACH: nobody answers */
s32 arp_find(struct netdev *dev, u32 addr, u8 *mac);

/* ip.c */
struct route {
	struct netdev *dev;
	u32 next; /* the address to which the frame goes */
};
/** @return -ENETUNREACH: there is no way */
s32 ip_route(u32 to, struct route *r);
/** The router to whom goes what is for no subnet of ours; 0: there is none. */
extern u32 ip_gateway;
/** Where a packet's content is put together, ... */
#define IP_ROOM (NET_FRAME - ETH_HEAD - sizeof(struct ip))
u8 *ip_content(void);
/** ... before it is sent. @return 0 or an error; -EAGAIN: net_wait(), then put it together anew */
s32 ip_send(const struct route *r, u32 to, u8 protocol, u32 len);
/** ICMP's echo request, or the answer to one. */
s32 icmp_send(u32 to, u8 type, u16 id, u16 sequence, const void *data, u32 len);

/* socket.c: who waits for packets: queues of them. */
#define NR_SOCKETS 16
enum socket_kind { SOCKET_FREE, SOCKET_UDP, SOCKET_PING, SOCKET_FRAMES };
struct socket;
/** @param port of UDP: 0: any that is free. @return NULL: in use, or no room */
struct socket *socket_open(enum socket_kind kind, u16 port);
void socket_close(struct socket *s);
u16 socket_port(const struct socket *s);
/** Let it have a packet. @return false: its queue is full */
bool socket_put(struct socket *s, const struct net_peer *peer, const void *data, u32 len);
/** The oldest packet, until socket_drop(). @return NULL: there is none */
const u8 *socket_first(const struct socket *s, struct net_peer *peer, u32 *len);
void socket_drop(struct socket *s);
/** @return as ip_send(); -EINVAL: too long */
s32 socket_send(struct socket *s, const struct net_peer *peer, const void *data, u32 len);

/* files.c */
/** Open dev/net/NAME. @return a descriptor or an error */
s32 net_open(const char *name);
/** Wait until there may be room, or an answer to ARP. @return 0 or -EINTR */
s32 net_wait(void);
/** What net_wait() waits for has changed. */
void net_changed(void);
/* raw.c */
s32 raw_open(const char *name);
s32 tap_open(void);

#endif

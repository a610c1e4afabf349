/*
 * netdev.h: network devices: what the stack asks of one, and what one tells the stack.
 *
 * As everywhere in the kernel nothing here is interrupted, so nothing needs a lock. Nothing here
 * sleeps, either: a device may call from its interrupt handler, and send() is called from there
 * when the stack answers what came in.
 */
#ifndef FINCH_NETDEV_H
#define FINCH_NETDEV_H

#include "abi.h"

#define MAC_SIZE  6
#define ETH_HEAD  14   /* destination, source, type */
#define ETH_MIN	  60   /* what is shorter, a device that has a wire pads with zeros */
#define NET_FRAME 1514 /* the longest frame: header and 1500 bytes, no checksum of the wire's */

/* Who has less work with checksums. */
#define NETDEV_TX_BLANK                                                                            \
	1u /* send() is given UDP datagrams whose checksum is but the sum of the                   \
	      pseudo header, and completes it, if they get to a wire */
#define NETDEV_RX_TRUST                                                                            \
	2u /* what it receives was checked before, or has seen no wire: the stack                  \
	      does not look at UDP's checksum */

struct netdev {
	/* The device's, before it is registered: */
	char name[8];
	u8 mac[MAC_SIZE];
	u32 flags; /* NETDEV_* */
	/**
	 * Take a frame, from its Ethernet header on; what is there is copied, or sent, before this
	 * returns. @return 0; -EAGAIN: there is no room now, and netdev_ready() will be called when
	 * there is; any other error: the frame is lost. It does not call net_receive().
	 */
	s32 (*send)(struct netdev *dev, const void *frame, u32 len);
	/** Receive what is for others, too; NULL: it always does. */
	void (*listen)(struct netdev *dev, bool to_all);
	void *own; /* for the device's use */
	/* The stack's: */
	struct net_counts counts;
	u32 addr, mask;	    /* in the host's order; 0: it has none yet */
	struct socket *raw; /* who has the device instead of the stack */
	struct netdev *next;
};

/** Add a device, for good. */
void netdev_register(struct netdev *dev);
/** @return NULL: there is none of that name */
struct netdev *netdev_find(const char *name);
/** The device has received a frame, which it may use again when this returns. From an interrupt
 * handler or from anywhere else; the stack may call send() before it returns. */
void net_receive(struct netdev *dev, const void *frame, u32 len);
/** After send() had no room there is some: who waits tries again. */
void netdev_ready(struct netdev *dev);
/** Send, and count. @return as send() */
s32 netdev_send(struct netdev *dev, const void *frame, u32 len);

#endif

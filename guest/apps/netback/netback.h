/* netback.h: the back end of network interfaces and the router between them, among itself. */
#ifndef APPS_NETBACK_H
#define APPS_NETBACK_H

#include <trapline/xen/io/netif.h>
#include "netback/address.h"
#include "netback/socket.h"
#include "router/rules.h"
#include "tl/tl.h"
#include "xs/paths.h"

#define MOST_VIFS   16u
#define MOST_FRAMES 64u /* that are on their way at once */
#define TURN	    16u /* of one interface before it is another's turn */
#define FRAME_LEAST 14u
#define FRAME_MOST  1514u
#define BACKEND	    "/local/domain/0/backend/vif"

/** An interface: a domain's, or, through a file, the wire's and Domain 0's own. */
struct vif {
	enum { VIF_NONE, VIF_DOMAIN, VIF_FILE } kind;
	u16 number; /* the domain; INTERFACE_ETH */
	u8 mac[ROUTER_MAC];
	u32 ip;		    /* 0: any */
	u32 sent[NR_FATES]; /* frames of its, by what became of them */
	u32 got[NR_FATES];  /* frames for it: PASSED, or which of the last ones */

	const char *device; /* of a file: the kernel's */
	u32 fd;
	bool readable;

	char back[64], front[64]; /* in the store */
	bool connected, flip;
	u32 port, generation;
	struct netif_tx_ring *tx; /* shared, and mapped here */
	struct netif_rx_ring *rx;
	u32 tx_taken, tx_answered, rx_taken, rx_answered;
};
extern struct vif vifs[MOST_VIFS];
extern struct rules rules;

/** A frame, in a page of ours: nobody else can change it. */
struct frame {
	struct vif *from;
	u8 *at;
	u32 len;
	u16 id, flags; /* as asked: NETTXF_ */
	enum fate fate;
	struct header h;
};

extern u32 events, grants, mover; /* descriptors */
extern u8 *place;		  /* addresses: two pages for each interface's rings */

/* vifs.c */
/** Its rings are there: map them, and say so. */
void connect_to(struct vif *v);
/** It is not served any more, and the store says so. */
void give_up(struct vif *v, const char *why);
/** Which interfaces does the store know now? */
void look_around(void);
/** What addresses the kernel's devices have, which `net` may change at any time. */
void learn_addresses(void);
/** An interface that is a file: that of a device, if there is such a device. */
void add_file(const char *name, const char *device, u16 number);
/** The interface that is a free place. @return NULL: there is none */
struct vif *free_vif(void);

/* rings.c */
/**
 * Take the next frame of an interface. Of a domain's only what is asked: m says what is to be
 * copied, unless f->fate says that it cannot be.
 * @return false: there is none
 */
bool take_frame(struct vif *v, struct frame *f, struct grant_move *m);
/** Take an empty buffer of a domain's. @return false: it has posted none */
bool take_buffer(struct vif *v, struct netif_rx_request *r);
void answer_frame(struct frame *f);
void answer_buffer(struct vif *v, u16 id, u16 flags, s32 status);
/** Let the front end see the answers. @return whether more has come meanwhile */
bool tell(struct vif *v);

/* deliver.c */
/** May it have this frame, and is there room? Then it gets it, at the latest with the next
 * deliver(). @return what becomes of it */
enum fate offer(struct frame *f, struct vif *v);
void deliver(void);
void deliver_init(void);
/** Carry out some moves. @param n at most 64 */
void move_grants(struct grant_move *moves, u32 n);

/* round.c */
/** Some frames of each interface, where they go. @return whether there is more to do */
bool one_round(void);
void round_init(void);

/* control.c: `tl net` and `tl capture`. */
void control_init(void);
u32 control_wants(void); /* of poll() */
void control_serve(u32 what);

/* show.c */
/** Interfaces, rules and counters as text. @return how many bytes */
u32 show(char *text, u32 size);
/** Carry out a line of text. @return NULL, or what is wrong */
const char *command(const char *line);

/* capture.c */
/** @return false: somebody captures already */
bool capture_begin(u32 fd, u32 frames);
void capture(const struct frame *f);
u32 capture_wants(void);
void capture_serve(void);

#endif

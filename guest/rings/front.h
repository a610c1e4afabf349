/* front.h: the front end's side of a block ring: requests by their id, until they are answered. */
#ifndef RINGS_FRONT_H
#define RINGS_FRONT_H

#include <trapline/xen/io/blkif.h>

struct blk_front {
	struct blkif_ring *ring; /* shared; NULL: there is none yet */
	u32 producer, consumer;	 /* our own indices: of requests put, of responses taken */
	struct front_slot {
		enum { FREE, ASKED, ANSWERED } state;
		s16 status; /* as answered */
		struct blkif_request request;
	} slots[BLKIF_SLOTS]; /* by id */
};

/** An id that is free, or BLKIF_SLOTS: none is, or the ring is full. */
u32 front_id(const struct blk_front *f);
/** Put slots[id].request into the ring, with that id; the back end does not see it yet. */
void front_put(struct blk_front *f, u32 id);
/** Let the back end see all that was put. @return whether it is to be told */
bool front_publish(struct blk_front *f);
/** Take all responses there are: what was asked is answered then, in whatever order. What nobody
 * has asked for is passed over. */
void front_take(struct blk_front *f);
/** A back end has begun anew and knows nothing: empty the ring, and ask all again that is
 * unanswered. It is to be told. */
void front_begin_anew(struct blk_front *f);

#endif

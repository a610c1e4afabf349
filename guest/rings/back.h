/* back.h: the back end's side of a block ring: requests copied and checked, and answered. */
#ifndef RINGS_BACK_H
#define RINGS_BACK_H

#include <trapline/xen/io/blkif.h>

#define MOST_EXTENTS 8u

/** A virtual disk is made of parts of a real one, one behind the other. */
struct vdisk {
	struct extent {
		u32 start, length; /* sectors of the real disk */
	} extents[MOST_EXTENTS];
	u32 nr_extents, sectors; /* sectors of all parts together */
	bool read_only;
};

struct blk_back {
	struct blkif_ring *ring; /* shared */
	u32 consumer, producer;	 /* our own indices: of requests taken, of responses put */
};

/** The requests that may be taken now, or RING_NONSENSE. */
u32 back_waiting(const struct blk_back *b);
/** The next request, copied: what lies in the ring may change at any moment. It is not taken yet.
 */
void back_peek(const struct blk_back *b, struct blkif_request *copy);
/** Put the response to a request; the front end does not see it yet. */
void back_answer(struct blk_back *b, const struct blkif_request *r, s16 status);
/** Let the front end see all that was answered. @return whether it is to be told */
bool back_publish(struct blk_back *b);
/** Nothing more is to be done: ask to be told. @return whether something has come meanwhile */
bool back_last_look(struct blk_back *b);

/** May this be done on that disk? */
bool request_is_good(const struct vdisk *d, const struct blkif_request *r);
/** Where a sector lies on the real disk, and how many follow it there. @return false: nowhere */
bool vdisk_find(const struct vdisk *d, u64 sector, u32 *at, u32 *left);

#endif

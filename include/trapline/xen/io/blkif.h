/* blkif.h: what goes through a ring between a virtual disk's front end and its back end, as in
 * Xen 3.0. */
#ifndef TRAPLINE_XEN_BLKIF_H
#define TRAPLINE_XEN_BLKIF_H

#include <trapline/xen/io/ring.h>

#define BLKIF_OP_READ  0
#define BLKIF_OP_WRITE 1
#define BLKIF_OP_WRITE_BARRIER                                                                     \
	2 /* after all before it, and before all after it; without segments it only is that */

#define BLKIF_RSP_OKAY	     0
#define BLKIF_RSP_ERROR	     (-1)
#define BLKIF_RSP_EOPNOTSUPP (-2)

#define BLKIF_MAX_SEGMENTS 11u
#define BLKIF_SECTOR	   512u
#define BLKIF_SLOTS	   32u

/** Of one page that is granted: the sectors of its that are meant, 0 to 7. */
struct blkif_segment {
	u32 gref;
	u8 first, last;
	u16 pad;
};

struct blkif_request {
	u8 operation;
	u8 nr_segments;
	u16 handle; /* which of the front end's disks; there is one to a ring */
	u64 id;	    /* comes back in the response */
	u64 sector; /* of the virtual disk */
	struct blkif_segment segments[BLKIF_MAX_SEGMENTS];
} __attribute__((packed, aligned(4)));

struct blkif_response {
	u64 id;
	u8 operation;
	u8 pad;
	s16 status; /* BLKIF_RSP_ */
} __attribute__((packed, aligned(4)));

struct blkif_ring {
	struct ring_head head;
	union blkif_slot {
		struct blkif_request request;
		struct blkif_response response;
	} slot[BLKIF_SLOTS];
};

_Static_assert(sizeof(struct blkif_request) == 108 && sizeof(struct blkif_response) == 12,
	       "as Xen has them");
_Static_assert(sizeof(struct ring_head) == 64 && sizeof(struct blkif_ring) <= 4096, "a page");

#endif

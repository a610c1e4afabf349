/* blkback.h: the back end of virtual disks, among itself. */
#ifndef APPS_BLKBACK_H
#define APPS_BLKBACK_H

#include "rings/turns.h"
#include "tl/tl.h"
#include "xs/paths.h"

#define MOST_VBDS 16u
#define BACKEND	  "/local/domain/0/backend/vbd"

/** A domain's disk. */
struct vbd {
	u16 domid; /* 0: a free place */
	char device[12];
	char back[64], front[64]; /* in the store */
	struct vdisk disk;
	bool connected;
	u32 port;
	struct blk_back back_ring; /* mapped, and behind it room for the pages of a request */
	u32 generation;
};
extern struct vbd vbds[MOST_VBDS];
extern u32 events, grants; /* descriptors */
extern u8 *place;	   /* addresses: (1 + BLKIF_MAX_SEGMENTS) pages for each */

/* pages.c */
/** Note down, as request `i` of those to be carried out together: map a granted page, or unmap. */
void grant(u32 i, u32 va, u16 domid, u32 ref, u32 flags);
/** @return whether all `n` have been carried out */
bool carry_out(u32 n);
/** Where the page of a request's segment is mapped. */
u32 page_of(const struct vbd *v, u32 i);
/** The pages of all segments of a request. @return false: not all are ours, and none is mapped */
bool map_pages(const struct vbd *v, const struct blkif_request *r);
void unmap_pages(const struct vbd *v, u32 n);

/* vbds.c */
/** "hda:START+LENGTH,START+LENGTH": of the first disk only. @return false if it is something else
 */
bool read_extents(struct vdisk *d, const char *s);
/** Its ring is there: map it, and say so. */
void connect_to(struct vbd *v);
void part_from(struct vbd *v, const char *why);
/** Which disks does the store know now? */
void look_around(void);

#endif

/* blkback.h: the back end of virtual disks, among itself. */
#ifndef APPS_BLKBACK_H
#define APPS_BLKBACK_H

#include "blkback/params.h"
#include "rings/turns.h"
#include "tl/tl.h"
#include "xs/paths.h"

#define MOST_VBDS 16u
#define WINDOW	  256u /* pages of others that are mapped at once, beside the rings */
#define BACKEND	  "/local/domain/0/backend/vbd"

/** What a copy-on-write disk has of its own: see cow.c. */
struct overlay {
	struct vdisk disk;	   /* no extents: it is no such disk */
	u32 data, nr_blocks;	   /* where its blocks begin, and how many there are room for */
	u32 used;		   /* of these */
	u32 map[BLKIF_SECTOR / 4]; /* sector `map_at` of the map */
	u32 map_at;
};

/** A domain's disk. */
struct vbd {
	u16 domid; /* 0: a free place */
	char device[12];
	char back[64], front[64]; /* in the store */
	struct vdisk disk;
	struct overlay overlay;
	bool connected;
	bool ata;  /* it belongs to the virtual PC of a shadow-mode domain: ata.c */
	bool asks; /* this one may want something */
	u32 port;
	struct blk_back back_ring; /* mapped */
	u32 generation;
};
extern struct vbd vbds[MOST_VBDS];
extern struct job jobs[MOST_VBDS * TURN];
extern u32 events, grants, disk; /* descriptors */
extern u8 *place;		 /* addresses for pages of others: a ring of each, and the window */

/** Whether a job can be carried out, and where the pages of its segments are. */
struct work {
	bool good;
	u32 va;
};
extern struct work works[MOST_VBDS * TURN]; /* of each job */

/* pages.c */
/** The ring's page, at its place. @return whether that has been done */
bool map_ring(struct vbd *v, u32 ref);
void unmap_ring(struct vbd *v);
/** Map the pages of the jobs from `from` on, as many as there is room for; whose are not all to be
 * had is not good any more. @return behind the last of them */
u32 map_jobs(u32 from, u32 n);
/** All of these. */
void unmap_jobs(void);

/* disk.c: sectors of a virtual disk, to or from the memory at va. @return false: not all */
bool transfer(struct vbd *v, u32 sector, u32 va, u32 n, bool out);
/** The same of the real disk's sectors, by the list of extents. */
bool transfer_extents(const struct vdisk *d, u32 sector, u32 va, u32 n, bool out);
/** All that was written before is there before what is written from now on. */
bool barrier(void);

/* cow.c: a base that is only read, and over it what was written */
/** Take up the overlay as it is, or begin it. @return NULL, or why not */
const char *overlay_open(struct vbd *v);
bool overlay_transfer(struct vbd *v, u32 sector, u32 va, u32 n, bool out);

/* ata.c: the disk of a virtual PC, which has no ring */
/** The PC has it from now on, or again. */
bool ata_attach(struct vbd *v);
/** Is something wanted? Then it is the next job, its data in a page of ours. */
bool ata_next(struct vbd *v, struct job *j);
void ata_answer(struct vbd *v, s16 status);
u32 ata_page(const struct vbd *v);

/* vbds.c */
/** Its ring is there: map it, and say so. */
void connect_to(struct vbd *v);
/** It is not served any more, and the store says so. */
void give_up(struct vbd *v, const char *why);
/** Which disks does the store know now? */
void look_around(void);

#endif

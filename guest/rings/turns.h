/* turns.h: whose requests a back end carries out next, and in which order. */
#ifndef RINGS_TURNS_H
#define RINGS_TURNS_H

#include "rings/back.h"

#define TURN 16u /* requests of one disk before it is another's turn */

struct job {
	u32 disk; /* whose */
	u32 at;	  /* on the real disk, for the elevator */
	struct blkif_request r;
};

/** Take some requests of a disk's ring, behind the `n` jobs that are there: at most TURN, and a
 * barrier alone. @return how many there are now, or RING_NONSENSE */
u32 take_turn(struct job *jobs, u32 n, u32 disk, struct blk_back *b, const struct vdisk *d);
/** By where they lie; those of one place in the order in which they were asked. */
void sort_jobs(struct job *jobs, u32 n);

#endif

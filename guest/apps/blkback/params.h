/* params.h: which parts of the real disk a virtual one is made of, in words. */
#ifndef BLKBACK_PARAMS_H
#define BLKBACK_PARAMS_H

#include "rings/back.h"

#define MOST_SECTORS (1u << 23) /* a position on a disk is 32 bits wide, in bytes */

/**
 * "hda:START+SECTORS,START+SECTORS": of the first disk only; or "cow:" and two such lists, the base
 * and the overlay, with a colon in between.
 * @param disk,overlay empty at first
 * @return NULL, or what is wrong
 */
const char *read_params(const char *s, struct vdisk *disk, struct vdisk *overlay);
/** Is there a sector that lies in a part of both? Of a disk and itself: in two of its parts? */
bool parts_meet(const struct vdisk *a, const struct vdisk *b);

#endif

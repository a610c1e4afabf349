/* balloon.h: the balloon as a device of this kernel; the balloon itself is in guest/balloon/. */
#ifndef FINCH_BALLOON_H
#define FINCH_BALLOON_H

#include "balloon/balloon.h"
#include "fs/fs.h"

/** Pages that it holds. */
u32 balloon_held(void);
extern const struct device balloon_device;

#endif

/* contiguous.h: machine frames that lie one behind the other. */
#ifndef HV_CONTIGUOUS_H
#define HV_CONTIGUOUS_H

#include "mem/words.h"

/** Take 2^order frames for `owner`, aligned to as many, all below frame `end`: each with one
 * reference, and nothing in it that another has left. What it costs is a look at the frame table
 * and one at the list of free frames. @return the first; INVALID_FRAME: there are none such */
mfn_t alloc_contiguous(u16 owner, u32 order, u32 end);

#endif

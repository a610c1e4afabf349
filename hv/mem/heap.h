/* heap.h: the hypervisor's own permanent memory. */
#ifndef HV_HEAP_H
#define HV_HEAP_H

#include "mem/words.h"

/** Boot: machine memory from `start` to `end` (page-aligned, in the linear map) is the heap. */
void heap_init(maddr_t start, maddr_t end);

#endif

/* heap.h: the hypervisor's own memory. */
#ifndef HV_HEAP_H
#define HV_HEAP_H

#include "mem/words.h"

/** Boot: machine memory from `start` to `end` (page-aligned, in the linear map) is the heap. */
void heap_init(maddr_t start, maddr_t end);
/** How many of those pages are free. */
u32 heap_free_pages(void);

#endif

/* heap.h: memory from one fixed arena. */
#ifndef STORE_HEAP_H
#define STORE_HEAP_H

#include <trapline/types.h>

struct heap {
	struct block *free; /* in the order of their addresses, no two adjacent */
	u32 left;	    /* bytes in them */
};

/** Begin with an arena of `size` bytes (16 or more), aligned to 16 bytes. Nothing else is ever
 * used. */
void heap_init(struct heap *h, void *arena, u32 size);
/** @return n bytes (any number), aligned to 8 bytes, not cleared; NULL if no hole is large enough
 */
void *heap_alloc(struct heap *h, u32 n);
/** Give back what heap_alloc() returned. NULL is allowed. */
void heap_free(struct heap *h, void *p);

#endif

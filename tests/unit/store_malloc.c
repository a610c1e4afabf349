/* store_malloc.c: in place of the store's heap: a block each of malloc(), for the sanitizers to
 * watch. */
#include <malloc.h>
#include <stdlib.h>
#include "heap.h"

void heap_init(struct heap *h, void *arena, u32 size)
{
	h->free = arena;
	h->left = size;
}
void *heap_alloc(struct heap *h, u32 n)
{
	void *p = n > h->left ? NULL : malloc(n);

	if (p)
		h->left -= malloc_usable_size(p);
	return p;
}
void heap_free(struct heap *h, void *p)
{
	if (p)
		h->left += malloc_usable_size(p);
	free(p);
}

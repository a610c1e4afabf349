/*
 * heap.c: memory from one fixed arena: the first hole that is large enough (Knuth, TAOCP 2.5).
 *
 * The holes are a list in the order of their addresses, so that a block that is given back finds
 * its neighbours and becomes one hole with them.
 */
#include "heap.h"

struct block {
	u32 size; /* bytes, this header included; a multiple of 16 */
	u32 unused;
	struct block *next; /* of a hole only: here the memory of a used block begins */
};

#define HEADER offsetof(struct block, next)
#define GRAIN  16u

static struct block *end_of(struct block *b)
{
	return (struct block *)((u8 *)b + b->size);
}

void heap_init(struct heap *h, void *arena, u32 size)
{
	h->free = arena;
	h->free->size = size & ~(GRAIN - 1);
	h->free->next = NULL;
	h->left = h->free->size;
}

/* Cut a hole in two; what it keeps is `size` bytes. */
static void split(struct block *b, u32 size)
{
	struct block *rest = (struct block *)((u8 *)b + size);

	rest->size = b->size - size;
	rest->next = b->next;
	b->size = size;
	b->next = rest;
}

void *heap_alloc(struct heap *h, u32 n)
{
	u32 size = (n + HEADER + GRAIN - 1) & ~(GRAIN - 1);

	if (size < n) /* it has overflowed */
		return NULL;
	for (struct block **at = &h->free; *at; at = &(*at)->next) {
		struct block *b = *at;

		if (b->size < size)
			continue;
		if (b->size > size)
			split(b, size);
		*at = b->next;
		h->left -= size;
		return (u8 *)b + HEADER;
	}
	return NULL;
}

static void join_next(struct block *b)
{
	if (b->next && end_of(b) == b->next) {
		b->size += b->next->size;
		b->next = b->next->next;
	}
}

void heap_free(struct heap *h, void *p)
{
	struct block *b, *before = NULL;

	if (!p)
		return;
	b = (struct block *)((u8 *)p - HEADER);
	h->left += b->size;
	for (b->next = h->free; b->next && b->next < b; b->next = b->next->next)
		before = b->next;
	if (before)
		before->next = b;
	else
		h->free = b;
	join_next(b);
	if (before)
		join_next(before);
}

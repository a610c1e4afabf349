/*
 * cache.c: the page cache: what was read of files, for as long as nobody needs the memory. Nothing
 * in it is newer than what the file system has: so a page can go at any moment.
 *
 * Who looks something up uses it before he sleeps; who changes a file forgets its pages here.
 */
#include "fs/cache.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define PLACES 1024u
#define CHAINS 256u

static struct place {
	u32 inode, index;
	u16 pfn;  /* NO_FRAME: nothing is here */
	u16 next; /* of the same chain */
	bool used;
} places[PLACES];
static u16 chains[CHAINS]; /* the first place of each, plus 1: there are none in the beginning */
static u32 hint;

static u16 *chain_of(u32 inode, u32 index)
{
	return &chains[(inode * 31 + index) % CHAINS];
}

/* What leads to the place: the end of the chain if there is none. */
static u16 *link_to(u32 inode, u32 index)
{
	u16 *link = chain_of(inode, index);

	while (*link && (places[*link - 1].inode != inode || places[*link - 1].index != index))
		link = &places[*link - 1].next;
	return link;
}

u32 cache_find(u32 inode, u32 index)
{
	u16 at = *link_to(inode, index);

	if (!at) {
		memory_counts.misses++;
		return NO_FRAME;
	}
	memory_counts.hits++;
	places[at - 1].used = true;
	return places[at - 1].pfn;
}

static u32 cache_next(u32 page)
{
	for (page = page == POLICY_NONE ? 0 : page + 1; memory_counts.cached && page < PLACES;
	     page++)
		if (places[page].pfn)
			return page;
	return POLICY_NONE;
}

static bool cache_used(u32 page)
{
	bool used = places[page].used;

	places[page].used = false;
	return used;
}

const struct policy_ops cache_pages = {cache_next, cache_used};

u32 cache_frame(void)
{
	static struct policy own = {.ops = {&cache_pages, &no_pages},
				    .hand = {POLICY_NONE, POLICY_NONE}};
	u32 kind;

	if (memory_counts.cached == PLACES)
		cache_drop(policy_victim(&own, &kind));
	return memory_take();
}

void cache_add(u32 inode, u32 index, u32 pfn)
{
	u16 *link = link_to(inode, index);

	while (places[hint].pfn)
		hint = (hint + 1) % PLACES;
	places[hint] =
	    (struct place){.inode = inode, .index = index, .pfn = (u16)pfn, .used = true};
	*link = (u16)(hint + 1);
	memory_counts.cached++;
}

void cache_drop(u32 at)
{
	struct place *p = &places[at];
	u16 *link = link_to(p->inode, p->index);

	*link = p->next;
	frame_put(p->pfn);
	*p = (struct place){0};
	memory_counts.cached--;
	memory_counts.dropped++;
}

void cache_forget(u32 inode, u32 first, u32 last)
{
	for (u32 at = 0; memory_counts.cached && at < PLACES; at++) {
		struct place *p = &places[at];

		if (p->pfn && p->inode == inode && p->index >= first && p->index <= last)
			cache_drop(at);
	}
}

void cache_empty(void)
{
	for (u32 at = 0; at < PLACES; at++)
		if (places[at].pfn)
			cache_drop(at);
}

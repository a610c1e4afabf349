/*
 * grant.h: grant tables: pages that a domain lets another map, copy, or put into its hands.
 *
 * The table is the granting domain's own memory, and it writes it whenever it likes. So an entry is
 * read once, and what must stay true while a page is mapped is kept here: how often each entry is
 * in use, and for each mapping which frame it holds. A mapping holds two references to the frame:
 * one of its own, until it is unmapped by its handle, and that of the page-table entry (direct.h).
 * So the frame is its owner's until both are gone, whatever its owner does to the entry, and
 * whatever who maps it does to the page table.
 */
#ifndef HV_GRANT_H
#define HV_GRANT_H

#include <trapline/xen/grant_table.h>
#include "dom/account.h"
#include "mem/record.h"

/** How often an entry is in use: by who only reads, and by who may write. */
struct grant_use {
	u16 readers, writers;
};

/** What a domain has mapped of another. Its number is the handle. */
struct grant_map {
	u32 pte; /* the page-table entry: frame and rights. Of a free one the frame's place holds
		    the next free one */
	domid_t granter;
	u16 ref;
};
#define GRANT_BY_ENTRY                                                                             \
	(1u << 9) /* in its pte, where the processor looks at nothing: it was mapped               \
		     by GNTMAP_contains_pte */
static inline mfn_t grant_map_mfn(const struct grant_map *map)
{
	return mfn(map->pte >> PAGE_SHIFT);
}
static inline bool grant_map_readonly(const struct grant_map *map)
{
	return !(map->pte & PTE_RW);
}
#define GRANT_MAPS_PER_PAGE (PAGE_SIZE / sizeof(struct grant_map))

struct grants {
	u32 nr_frames; /* of its table */
	mfn_t table[NR_GRANT_FRAMES];
	struct grant_use *use[NR_GRANT_FRAMES]; /* [GRANTS_PER_FRAME] each */
	struct grant_map *maps[NR_GRANT_MAPPINGS / GRANT_MAPS_PER_PAGE];
	u32 nr_maps; /* handles below this one have been given out at some time */
	u32 free_map;
};
#define NO_HANDLE 0xFFFFFu /* free_map, if there is none: it fits the frame's place in an entry */

/** Let the domain's table have at least so many frames. @return false if there is no memory */
bool grant_setup(struct domain *d, u32 nr_frames);
/** Has it all the pages that it may have? The frames of its table come beside them. */
bool domain_full(const struct domain *d);
/** All that the domain has mapped is unmapped, and its table given back. */
void grant_destroy(struct domain *d);

/**
 * Domain `user` begins to use entry `ref` of `granter`: a reference to the frame is taken, and the
 * entry marked.
 * @return GNTST_okay with *m set; GNTST_bad_gntref; GNTST_general_error: not granted to this
 * domain, or not for writing, or the frame is not the granter's
 */
s16 grant_get(struct domain *granter, domid_t user, u32 ref, bool readonly, mfn_t *m);
/** `user` ends it: the last use clears the mark, and the reference is dropped. */
void grant_put(struct domain *user, struct domain *granter, u32 ref, bool readonly, mfn_t m);

static inline struct grant_map *grant_map_at(const struct grants *g, u32 handle)
{
	return &g->maps[handle / GRANT_MAPS_PER_PAGE][handle % GRANT_MAPS_PER_PAGE];
}
/** See to it that there is a free mapping. @return false if there is no memory, or it has all */
bool grant_map_more(struct domain *d);
/** A free mapping with its handle, or NULL. The caller fills it in, or frees it again. */
static inline struct grant_map *grant_map_new(struct domain *d, u32 *handle)
{
	struct grant_map *map;

	if ((!d->grants || d->grants->free_map == NO_HANDLE) && !grant_map_more(d))
		return NULL;
	*handle = d->grants->free_map;
	map = grant_map_at(d->grants, *handle);
	d->grants->free_map = map->pte >> PAGE_SHIFT;
	return map;
}
/** The mapping of this handle; NULL if it is none that is in use. */
static inline struct grant_map *grant_map_find(const struct domain *d, u32 handle)
{
	const struct grants *g = d->grants;
	struct grant_map *map = g && handle < g->nr_maps ? grant_map_at(g, handle) : NULL;

	return map && map->pte & PTE_P ? map : NULL;
}
/** A handle maps frame `m` from now on, or no more: kept while it is recorded. */
void handle_told(struct frame *f, bool maps) __attribute__((cold));
static inline void handle_changed(mfn_t m, bool maps)
{
	if (memory_recorded())
		handle_told(&frame_table[m.n], maps);
}
/** Forget it. */
static inline void grant_map_free(struct domain *d, u32 handle)
{
	grant_map_at(d->grants, handle)->pte = d->grants->free_map << PAGE_SHIFT;
	d->grants->free_map = handle;
}

/** May domain `from` give a page to `to`, by its entry `ref`? If so, one is on its way. */
bool grant_transfer_begin(struct domain *to, domid_t from, u32 ref);
/** This one has come. */
void grant_transfer_end(struct domain *to, u32 ref, mfn_t m);

#endif

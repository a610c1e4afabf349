/* cache.h: pages of the mounted disk's files in memory, as many as nobody else needs. */
#ifndef FINCH_CACHE_H
#define FINCH_CACHE_H

#include "balloon/policy.h"

/** Page `index` of a file. @return its frame, or NO_FRAME: it is not in the cache */
u32 cache_find(u32 inode, u32 index);
/** A frame for that page, which is not in the cache; may sleep. @return NO_FRAME: no room */
u32 cache_frame(void);
/** From now on the frame is in the cache: it holds that page, as it is on the disk. */
void cache_add(u32 inode, u32 index, u32 pfn);
/** These pages of a file have changed, or gone. */
void cache_forget(u32 inode, u32 first, u32 last);
/** All of it: the file system goes. */
void cache_empty(void);

/** For the policy: a page's number is its place in the cache. */
extern const struct policy_ops cache_pages;
/** A ring without pages (mm/reclaim.c). */
extern const struct policy_ops no_pages;
void cache_drop(u32 place);

#endif

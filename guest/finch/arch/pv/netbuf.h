/* netbuf.h: pages for the frames that come in, of one of the two kinds of netif.h. */
#ifndef FINCH_NETBUF_H
#define FINCH_NETBUF_H

#include "rings/grants.h"

#define NETBUFS 64u /* by id */

/** @param flip pages change hands. @return false: there is no memory */
bool netbuf_init(struct grant_entry *table, bool flip);
u32 netbuf_ref(u32 id);
/** Let the back end have it. */
void netbuf_give(u32 id);
/** It has answered: `len` bytes at `offset`, or an error. @return a frame that nobody can change,
 * until the next call; NULL: there is none */
const void *netbuf_take(u32 id, u32 offset, s32 len);

#endif

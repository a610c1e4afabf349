/*
 * ring.h: a ring of requests and responses in a page that two domains share, as in Xen 3.0.
 *
 * The slots are of one size; a response lies in a slot whose request has been read. The four
 * indices run freely and wrap at 2^32; a slot is an index modulo their number, which is a power of
 * two. So the ring is
 *
 *       rsp_cons      rsp_prod        req_cons       req_prod        rsp_cons + slots
 *   ------|---------------|---------------|--------------|---------------|------
 *         | responses     | outstanding   | requests     | unused        |
 *
 * of which rsp_cons is the front end's own, req_cons the back end's. Whoever puts something there
 * notifies the other only if it has asked for that: req_event and rsp_event say from which index
 * on, where req_prod or rsp_prod is to come: of an empty ring at 7, that is 8.
 */
#ifndef TRAPLINE_XEN_RING_H
#define TRAPLINE_XEN_RING_H

#include <trapline/types.h>

struct ring_head {
	u32 req_prod, req_event;
	u32 rsp_prod, rsp_event;
	/* Xen keeps these for later. Ours: a back end that begins anew counts the first up, and
	 * waits until the front end, which has then put all its unanswered requests into the empty
	 * ring once more, has made the second equal. One that leaves them alone is served as ever.
	 */
	u32 generation, answered_generation;
	u32 pad[10];
};

/** What the other end has written is read after its index. */
static inline u32 ring_index(const u32 *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

/* guest/rings/ring.c, which both ends use. */

/** How many requests can still be put, in a ring of `slots`: a slot is free again when its response
 * has been taken. @param producer of requests @param consumer of responses, our own */
u32 ring_free(u32 producer, u32 consumer, u32 slots);
/** How many are there at `consumer`, by the index that the other end has written. @param most there
 * can be @return RING_NONSENSE if it says more */
u32 ring_waiting(u32 there, u32 consumer, u32 most);
#define RING_NONSENSE (~0u)
/** Move one's own index on to `to`, so that all before it can be seen. @param event from which
 * index on the other end wants to be told @return whether it is to be told now */
bool ring_publish(u32 *index, u32 to, const u32 *event);
/** Nothing more is there at `at`: ask to be told of the next. @return whether something has come
 * meanwhile */
bool ring_last_look(const u32 *index, u32 *event, u32 at);

#endif

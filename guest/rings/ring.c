/* ring.c: arithmetic on a ring's indices, and telling the other end. The picture is in ring.h. */
#include <trapline/xen/io/ring.h>

u32 ring_free(u32 producer, u32 consumer, u32 slots)
{
	/* LAB 04.1a BEGIN */
	return slots - (producer - consumer);
	/* LAB 04.1a END */
}

u32 ring_waiting(u32 there, u32 consumer, u32 most)
{
	/* LAB 04.1b BEGIN */
	u32 n = there - consumer;

	return n <= most ? n : RING_NONSENSE;
	/* LAB 04.1b END */
}

bool ring_publish(u32 *index, u32 to, const u32 *event)
{
	/* LAB 04.2a BEGIN */
	u32 from = *index;

	/* The slots first, then the index; and the index before we look whether to tell. */
	__atomic_store_n(index, to, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return to - *(volatile const u32 *)event < to - from;
	/* LAB 04.2a END */
}

bool ring_last_look(const u32 *index, u32 *event, u32 at)
{
	/* LAB 04.2b BEGIN */
	*(volatile u32 *)event = at + 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return ring_index(index) != at;
	/* LAB 04.2b END */
}

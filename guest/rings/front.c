/* front.c: the front end's side of a block ring. What the other end says is not to be trusted. */
#include "rings/front.h"

u32 front_id(const struct blk_front *f)
{
	/* LAB 04.1c BEGIN */
	u32 id = 0;

	if (!ring_free(f->producer, f->consumer, BLKIF_SLOTS))
		return BLKIF_SLOTS;
	while (id < BLKIF_SLOTS && f->slots[id].state != FREE)
		id++;
	return id;
	/* LAB 04.1c END */
}

void front_put(struct blk_front *f, u32 id)
{
	/* LAB 04.2c BEGIN */
	f->slots[id].state = ASKED;
	f->slots[id].request.id = id;
	f->ring->slot[f->producer++ % BLKIF_SLOTS].request = f->slots[id].request;
	/* LAB 04.2c END */
}

bool front_publish(struct blk_front *f)
{
	return ring_publish(&f->ring->head.req_prod, f->producer, &f->ring->head.req_event);
}

/* It may answer what nobody asked. */
static void complete(struct blk_front *f, const struct blkif_response *r)
{
	/* LAB 04.3a BEGIN */
	u64 id = r->id;
	s16 status = r->status;

	if (id >= BLKIF_SLOTS || f->slots[id].state != ASKED)
		return;
	f->slots[id].state = ANSWERED;
	f->slots[id].status = status;
	/* LAB 04.3a END */
}

void front_take(struct blk_front *f)
{
	/* LAB 04.3b BEGIN */
	struct ring_head *h = &f->ring->head;
	u32 n;

	do {
		/* There cannot be more than what was asked. */
		n = ring_waiting(ring_index(&h->rsp_prod), f->consumer, f->producer - f->consumer);
		if (n == RING_NONSENSE)
			return;
		while (n--)
			complete(f, &f->ring->slot[f->consumer++ % BLKIF_SLOTS].response);
	} while (ring_last_look(&h->rsp_prod, &h->rsp_event, f->consumer));
	/* LAB 04.3b END */
}

void front_begin_anew(struct blk_front *f)
{
	/* LAB 04.3c BEGIN */
	struct ring_head *h = &f->ring->head;
	u32 generation = h->generation;

	h->req_prod = h->rsp_prod = 0;
	h->req_event = h->rsp_event = 1;
	f->producer = f->consumer = 0;
	for (u32 id = 0; id < BLKIF_SLOTS; id++)
		if (f->slots[id].state == ASKED)
			front_put(f, id);
	front_publish(f);
	__atomic_store_n(&h->answered_generation, generation, __ATOMIC_RELEASE);
	/* LAB 04.3c END */
}

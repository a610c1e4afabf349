/* back.c: the back end's side of a block ring. A front end is believed in nothing. */
#include "rings/back.h"

#define PAGE_SECTORS (4096 / BLKIF_SECTOR)

u32 back_waiting(const struct blk_back *b)
{
	/* LAB 04.1d BEGIN */
	/* What is taken and not yet answered has its slots still. */
	return ring_waiting(ring_index(&b->ring->head.req_prod), b->consumer,
			    ring_free(b->consumer, b->producer, BLKIF_SLOTS));
	/* LAB 04.1d END */
}

void back_peek(const struct blk_back *b, struct blkif_request *copy)
{
	/* LAB 04.2d BEGIN */
	*copy = b->ring->slot[b->consumer % BLKIF_SLOTS].request;
	/* LAB 04.2d END */
}

void back_answer(struct blk_back *b, const struct blkif_request *r, s16 status)
{
	/* LAB 04.2e BEGIN */
	b->ring->slot[b->producer++ % BLKIF_SLOTS].response =
	    (struct blkif_response){.id = r->id, .operation = r->operation, .status = status};
	/* LAB 04.2e END */
}

bool back_publish(struct blk_back *b)
{
	struct ring_head *h = &b->ring->head;

	return ring_publish(&h->rsp_prod, b->producer, &h->rsp_event);
}

bool back_last_look(struct blk_back *b)
{
	return ring_last_look(&b->ring->head.req_prod, &b->ring->head.req_event, b->consumer);
}

/* @return sectors of all segments together, or 0: one makes no sense */
static u32 sectors_of(const struct blkif_request *r)
{
	/* LAB 04.4a BEGIN */
	u32 n = 0;

	for (u32 i = 0; i < r->nr_segments; i++) {
		if (r->segments[i].first > r->segments[i].last ||
		    r->segments[i].last >= PAGE_SECTORS)
			return 0;
		n += r->segments[i].last - r->segments[i].first + 1u;
	}
	return n;
	/* LAB 04.4a END */
}

bool request_is_good(const struct vdisk *d, const struct blkif_request *r)
{
	/* LAB 04.4b BEGIN */
	u32 n;

	if (r->operation > BLKIF_OP_WRITE_BARRIER || r->nr_segments > BLKIF_MAX_SEGMENTS)
		return false;
	if (!r->nr_segments)
		return r->operation == BLKIF_OP_WRITE_BARRIER;
	n = sectors_of(r);
	return n && r->sector <= d->sectors && n <= d->sectors - (u32)r->sector &&
	       (!d->read_only || r->operation == BLKIF_OP_READ);
	/* LAB 04.4b END */
}

bool vdisk_find(const struct vdisk *d, u64 sector, u32 *at, u32 *left)
{
	/* LAB 04.4c BEGIN */
	for (u32 i = 0; i < d->nr_extents; i++) {
		const struct extent *e = &d->extents[i];

		if (sector < e->length) {
			*at = e->start + (u32)sector;
			*left = e->length - (u32)sector;
			return true;
		}
		sector -= e->length;
	}
	return false;
	/* LAB 04.4c END */
}

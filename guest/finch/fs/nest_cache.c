/* nest_cache.c: blocks of the disk in memory; who has not been asked for longest makes room. */
#include "fs/nest.h"
#include "abi.h"
#include "string.h"

static struct buf *find(struct nest *n, u32 block)
{
	for (struct buf *b = n->bufs; b < n->bufs + NEST_BUFS; b++)
		if (b->state != BUF_EMPTY && b->block == block)
			return b;
	return NULL;
}

s32 buf_write_all(struct nest *n, enum buf_state which)
{
	struct disk_io io[NEST_BUFS];
	u32 count = 0;

	for (struct buf *b = n->bufs; b < n->bufs + NEST_BUFS; b++)
		if (b->state == which)
			io[count++] = (struct disk_io){b->block, b->data, true};
	if (count && n->disk->io(n->disk, io, count) < 0)
		return -EIO;
	for (struct buf *b = n->bufs; b < n->bufs + NEST_BUFS; b++)
		if (b->state == which)
			buf_change(n, b, BUF_CLEAN);
	return 0;
}

/* The one that can go: changed metadata may not, until it is in the log. */
static struct buf *oldest(struct nest *n)
{
	struct buf *found = NULL;

	for (struct buf *b = n->bufs; b < n->bufs + NEST_BUFS; b++) {
		if (b->state == BUF_EMPTY)
			return b;
		if (b->state != BUF_META && (!found || (s32)(b->stamp - found->stamp) < 0))
			found = b;
	}
	return found;
}

struct buf *buf_fresh(struct nest *n, u32 block)
{
	struct buf *b = find(n, block);

	if (!b) {
		b = oldest(n);
		if (b->state == BUF_DATA && buf_write_all(n, BUF_DATA) < 0)
			return NULL;
		b->state = BUF_CLEAN;
		b->block = block;
	}
	b->stamp = ++n->clock;
	return b;
}

s32 buf_fetch(struct nest *n, const u32 *blocks, u32 count)
{
	struct disk_io io[16];
	struct buf *b;
	u32 missing = 0;

	for (u32 i = 0; i < count; i++) {
		if (find(n, blocks[i]))
			continue;
		b = buf_fresh(n, blocks[i]);
		if (!b)
			return -EIO;
		io[missing++] = (struct disk_io){blocks[i], b->data, false};
	}
	if (!missing || n->disk->io(n->disk, io, missing) == 0)
		return 0;
	while (missing--)
		buf_forget(n, io[missing].block);
	return -EIO;
}

struct buf *buf_read(struct nest *n, u32 block)
{
	return buf_fetch(n, &block, 1) < 0 ? NULL : buf_fresh(n, block);
}

void buf_change(struct nest *n, struct buf *b, enum buf_state to)
{
	n->nr_meta += (to == BUF_META) - (b->state == BUF_META);
	b->state = to;
}

void buf_forget(struct nest *n, u32 block)
{
	struct buf *b = find(n, block);

	if (b)
		buf_change(n, b, BUF_EMPTY);
}

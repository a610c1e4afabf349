/* nest_log.c: a change of the metadata happens as a whole, or not at all. */
#include "fs/nest.h"
#include "abi.h"
#include "string.h"

#define HEADER	  1 /* its block; the copies follow */
#define LOG_MAGIC 0x474F4C4Eu

/* In the first sector of its block, which is written as a whole or not at all. */
struct log_header {
	u32 magic, count;
	u32 sum; /* of the copies, and of where they belong */
	u32 block[NEST_LOG];
};

static u32 sum_words(u32 sum, const void *data, u32 bytes)
{
	const u32 *w = data;

	for (u32 i = 0; i < bytes / 4; i++)
		sum = (sum ^ w[i]) * 16777619u; /* FNV-1a, by words */
	return sum;
}

static u32 sum_header(const struct log_header *h)
{
	return sum_words(h->count, h->block, h->count * 4);
}

static s32 write_header(struct nest *n, const struct log_header *h, u8 *page)
{
	struct disk_io io = {HEADER, page, true};

	memset(page, 0, BLOCK_SIZE);
	memcpy(page, h, sizeof(*h));
	return n->disk->io(n->disk, &io, 1);
}

/* The copies of all changed metadata, and what the header will say of them. */
static s32 write_copies(struct nest *n, struct log_header *h)
{
	struct disk_io io[NEST_LOG];
	u32 sum = 0;

	*h = (struct log_header){.magic = LOG_MAGIC};
	for (struct buf *b = n->bufs; b < n->bufs + NEST_BUFS; b++) {
		if (b->state != BUF_META)
			continue;
		io[h->count] = (struct disk_io){HEADER + 1 + h->count, b->data, true};
		sum = sum_words(sum, b->data, BLOCK_SIZE);
		h->block[h->count++] = b->block;
	}
	h->sum = sum ^ sum_header(h);
	return n->disk->io(n->disk, io, h->count);
}

/* A page for the header: any but that of changed metadata. */
static u8 *scratch(struct nest *n)
{
	struct buf *b = buf_fresh(n, HEADER);

	return b ? b->data : NULL;
}

static s32 commit(struct nest *n)
{
	struct log_header h;
	u8 *page;

	if (blocks_free(n) < 0 || buf_write_all(n, BUF_DATA) < 0)
		return -EIO;
	if (!n->nr_meta)
		return n->disk->barrier(n->disk);
	page = scratch(n);
	if (!page || write_copies(n, &h) < 0 || n->disk->barrier(n->disk) < 0 ||
	    write_header(n, &h, page) < 0 || n->disk->barrier(n->disk) < 0 ||
	    buf_write_all(n, BUF_META) < 0)
		return -EIO;
	/* The header stays: mounting carries the change out once more, which changes nothing. */
	return n->disk->barrier(n->disk);
}

s32 nest_sync(struct nest *n)
{
	if (n->broken)
		return -EIO;
	if (commit(n) == 0)
		return 0;
	n->broken = true;
	return -EIO;
}

s32 log_replay(struct nest *n)
{
	struct disk_io io[NEST_LOG];
	struct log_header h;
	struct buf *b = buf_read(n, HEADER);
	u32 sum = 0;

	if (!b)
		return -EIO;
	memcpy(&h, b->data, sizeof(h));
	buf_forget(n, HEADER);
	if (h.magic != LOG_MAGIC)
		return -EINVAL;
	if (!h.count || h.count > NEST_LOG)
		return 0;
	for (u32 i = 0; i < h.count; i++) {
		b = buf_read(n, HEADER + 1 + i);
		if (!b)
			return -EIO;
		sum = sum_words(sum, b->data, BLOCK_SIZE);
		io[i] = (struct disk_io){h.block[i], b->data, true};
		if (h.block[i] >= n->blocks)
			return 0;
	}
	/* Of an earlier change whose copies are being written over: it is where it belongs already.
	 */
	if ((sum ^ sum_header(&h)) != h.sum)
		return 0;
	if (n->disk->io(n->disk, io, h.count) < 0)
		return -EIO;
	return n->disk->barrier(n->disk);
}

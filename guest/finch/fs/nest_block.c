/* nest_block.c: which blocks are in use: one bit each. */
#include "fs/nest.h"
#include "abi.h"
#include "string.h"

#define BITS	 (BLOCK_SIZE * 8)
#define PER_STEP 8 /* blocks of metadata that one step changes at most, beside bitmaps */
#define PER_FILE NEST_POINTERS
#define FEW	 8 /* blocks that one step takes at most */

s32 nest_begin(struct nest *n)
{
	bool full = n->nr_meta + PER_STEP + n->nr_bitmaps > NEST_LOG;

	if (n->broken)
		return -EIO;
	if (full || n->nr_freed + PER_FILE > NEST_FREED || (n->nr_freed && n->left < FEW))
		return nest_sync(n);
	return 0;
}

s32 block_take(struct nest *n, u32 *block)
{
	for (u32 i = 0; n->left && i < n->blocks; i++) {
		u32 at = n->hint;
		struct buf *b;

		n->hint = at + 1 < n->blocks ? at + 1 : n->data_start;
		b = buf_read(n, n->bitmap_start + at / BITS);
		if (!b)
			return -EIO;
		/* A byte of ones at once: a full disk is looked through 8 times as fast. */
		if (at % 8 == 0 && b->data[at % BITS / 8] == 0xFF && at + 8 < n->blocks) {
			n->hint = at + 8;
			i += 7;
			continue;
		}
		if (b->data[at % BITS / 8] & 1u << at % 8)
			continue;
		b->data[at % BITS / 8] |= (u8)(1u << at % 8);
		buf_change(n, b, BUF_META);
		n->left--;
		*block = at;
		return 0;
	}
	return -ENOSPC;
}

void block_drop(struct nest *n, u32 block, u32 level)
{
	if (block >= n->data_start && block < n->blocks) {
		n->freed[n->nr_freed].block = block;
		n->freed[n->nr_freed++].level = level;
	}
}

static s32 clear_bit(struct nest *n, u32 block)
{
	struct buf *b = buf_read(n, n->bitmap_start + block / BITS);
	u8 bit = (u8)(1u << block % 8);

	if (!b)
		return -EIO;
	if (b->data[block % BITS / 8] & bit)
		n->left++;
	b->data[block % BITS / 8] &= (u8)~bit;
	buf_change(n, b, BUF_META);
	buf_forget(n, block);
	return 0;
}

/* A block, and what it leads to. The pointers are read one by one: what they lead to comes in
 * between. */
static s32 free_tree(struct nest *n, u32 block, u32 level)
{
	for (u32 i = 0; level && i < NEST_PER_BLOCK; i++) {
		struct buf *b = buf_read(n, block);
		u32 to;

		if (!b)
			return -EIO;
		to = ((u32 *)b->data)[i];
		if (to >= n->data_start && to < n->blocks && free_tree(n, to, level - 1) < 0)
			return -EIO;
	}
	return clear_bit(n, block);
}

s32 blocks_free(struct nest *n)
{
	while (n->nr_freed) {
		n->nr_freed--;
		if (free_tree(n, n->freed[n->nr_freed].block, n->freed[n->nr_freed].level) < 0)
			return -EIO;
	}
	return 0;
}

s32 blocks_count(struct nest *n)
{
	n->left = 0;
	n->hint = n->data_start;
	for (u32 at = n->data_start; at < n->blocks; at++) {
		struct buf *b = buf_read(n, n->bitmap_start + at / BITS);

		if (!b)
			return -EIO;
		n->left += !(b->data[at % BITS / 8] & 1u << at % 8);
	}
	return 0;
}

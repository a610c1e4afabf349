/* nest.c: files: names, sizes, and which blocks they have. */
#include "fs/nest.h"
#include "abi.h"
#include "string.h"

#define MAGIC	   0x5453454Eu /* "NEST" */
#define BITS	   (BLOCK_SIZE * 8)
#define PER_INODES (BLOCK_SIZE / NEST_INODE_SIZE)

struct super {
	u32 magic, blocks, nr_inodes, inode_start, bitmap_start, nr_bitmaps, data_start;
};

/* How a disk of this size is laid out: a file for each 32 blocks, 256 at least. */
static struct super layout(u32 blocks)
{
	struct super s = {.magic = MAGIC, .blocks = blocks, .inode_start = 2 + NEST_LOG};
	u32 inodes = blocks / 1024 < 2 ? 2 : blocks / 1024; /* blocks of them */

	s.nr_inodes = inodes * PER_INODES;
	s.bitmap_start = s.inode_start + inodes;
	s.nr_bitmaps = (blocks + BITS - 1) / BITS;
	s.data_start = s.bitmap_start + s.nr_bitmaps;
	return s;
}

static s32 put(struct disk *d, u32 block, u8 *page)
{
	struct disk_io io = {block, page, true};

	return d->io(d, &io, 1);
}

s32 nest_format(struct disk *d, u8 *page)
{
	struct super s = layout(d->blocks);

	if (d->blocks < NEST_LEAST || d->blocks > NEST_MOST)
		return -EFBIG;
	/* Not one half of an old one, half of the new: first it is none. */
	memset(page, 0, BLOCK_SIZE);
	if (put(d, 0, page) < 0 || d->barrier(d) < 0)
		return -EIO;
	for (u32 i = s.inode_start; i < s.bitmap_start; i++)
		if (put(d, i, page) < 0)
			return -EIO;
	for (u32 i = 0; i < s.nr_bitmaps; i++) {
		for (u32 bit = 0; bit < BITS; bit++) {
			u32 at = i * BITS + bit;

			page[bit / 8] &= (u8) ~(1u << bit % 8);
			if (at < s.data_start || at >= s.blocks)
				page[bit / 8] |= (u8)(1u << bit % 8);
		}
		if (put(d, s.bitmap_start + i, page) < 0)
			return -EIO;
	}
	memset(page, 0, BLOCK_SIZE);
	memcpy(page, "NLOG", 4); /* nest_log.c's header, of no change */
	if (put(d, 1, page) < 0 || d->barrier(d) < 0)
		return -EIO;
	memset(page, 0, BLOCK_SIZE);
	memcpy(page, &s, sizeof(s));
	if (put(d, 0, page) < 0)
		return -EIO;
	return d->barrier(d);
}

s32 nest_mount(struct nest *n, struct disk *d, u8 *const *pages)
{
	struct super s, want = layout(d->blocks);
	struct buf *b;
	s32 err;

	memset(n, 0, sizeof(*n));
	n->disk = d;
	for (u32 i = 0; i < NEST_BUFS; i++)
		n->bufs[i].data = pages[i];
	if (d->blocks < NEST_LEAST || d->blocks > NEST_MOST)
		return -EINVAL;
	b = buf_read(n, 0);
	if (!b)
		return -EIO;
	memcpy(&s, b->data, sizeof(s));
	/* The disk's size says all; so nothing else need be believed. */
	if (memcmp(&s, &want, sizeof(s)))
		return -EINVAL;
	n->blocks = s.blocks;
	n->nr_inodes = s.nr_inodes;
	n->inode_start = s.inode_start;
	n->bitmap_start = s.bitmap_start;
	n->nr_bitmaps = s.nr_bitmaps;
	n->data_start = s.data_start;
	err = log_replay(n);
	return err < 0 ? err : blocks_count(n);
}

/* An inode, in its block, which is the one asked for last. */
static struct nest_inode *inode(struct nest *n, u32 ino, struct buf **b)
{
	if (ino >= n->nr_inodes)
		return NULL;
	*b = buf_read(n, n->inode_start + ino / PER_INODES);
	return *b ? (struct nest_inode *)(*b)->data + ino % PER_INODES : NULL;
}

static bool has_name(const struct nest_inode *i, const char *name)
{
	return !strncmp(i->name, name, NEST_NAME);
}

/* The first inode of this name; the empty name is that of a free one. */
static s32 search(struct nest *n, const char *name)
{
	struct buf *b;

	for (u32 ino = 0; ino < n->nr_inodes; ino++) {
		struct nest_inode *i = inode(n, ino, &b);

		if (!i)
			return -EIO;
		if (has_name(i, name))
			return (s32)ino;
	}
	return -ENOENT;
}

s32 nest_find(struct nest *n, const char *name)
{
	if (n->broken)
		return -EIO;
	return *name && strlen(name) < NEST_NAME ? search(n, name) : -ENOENT;
}

s32 nest_create(struct nest *n, const char *name)
{
	struct nest_inode *i;
	struct buf *b;
	s32 ino, err;

	if (!*name || strlen(name) >= NEST_NAME)
		return -EINVAL;
	err = nest_begin(n);
	if (err < 0)
		return err;
	ino = search(n, name);
	if (ino != -ENOENT)
		return ino < 0 ? ino : -EEXIST;
	ino = search(n, "");
	if (ino < 0)
		return ino == -ENOENT ? -ENOSPC : ino;
	i = inode(n, (u32)ino, &b);
	if (!i)
		return -EIO;
	memset(i, 0, sizeof(*i));
	strlcpy(i->name, name, NEST_NAME);
	buf_change(n, b, BUF_META);
	return ino;
}

s32 nest_stat(struct nest *n, u32 ino, struct nest_inode *to)
{
	struct buf *b;
	struct nest_inode *i;

	if (n->broken)
		return -EIO;
	i = ino < n->nr_inodes ? inode(n, ino, &b) : NULL;
	if (!i)
		return ino < n->nr_inodes ? -EIO : -ENOENT;
	*to = *i;
	to->name[NEST_NAME - 1] = 0;
	return to->name[0] ? 0 : -ENOENT;
}

static u32 level_of(u32 slot)
{
	return slot < NEST_DIRECT ? 0 : slot - NEST_DIRECT + 1;
}

/* Empty it, and take its name if it is to go. */
static s32 drop(struct nest *n, u32 ino, bool remove)
{
	struct nest_inode *i;
	struct buf *b;
	s32 err = nest_begin(n);

	if (err < 0)
		return err;
	i = inode(n, ino, &b);
	if (!i)
		return ino < n->nr_inodes ? -EIO : -ENOENT;
	if (!i->name[0])
		return -ENOENT;
	for (u32 slot = 0; slot < NEST_POINTERS; slot++)
		block_drop(n, i->block[slot], level_of(slot));
	memset(i->block, 0, sizeof(i->block));
	i->size = 0;
	if (remove)
		memset(i->name, 0, sizeof(i->name));
	buf_change(n, b, BUF_META);
	return 0;
}

s32 nest_remove(struct nest *n, u32 ino)
{
	return drop(n, ino, true);
}

s32 nest_truncate(struct nest *n, u32 ino)
{
	return drop(n, ino, false);
}

/* The way from an inode to a block of its file. */
struct way {
	u32 slot, level;
	u32 index[2]; /* index[level - 1] first */
};

static bool find_way(u32 at, struct way *w)
{
	*w = (struct way){.slot = at};
	if (at < NEST_DIRECT)
		return true;
	at -= NEST_DIRECT;
	w->slot = NEST_DIRECT;
	w->level = 1;
	w->index[0] = at % NEST_PER_BLOCK;
	if (at < NEST_PER_BLOCK)
		return true;
	at -= NEST_PER_BLOCK;
	w->slot++;
	w->level++;
	w->index[0] = at % NEST_PER_BLOCK;
	w->index[1] = at / NEST_PER_BLOCK;
	return w->index[1] < NEST_PER_BLOCK;
}

/* A new block of pointers leads nowhere; what is in a new block of data, the caller says. */
static s32 take(struct nest *n, u32 level, u32 *block)
{
	struct buf *b;
	s32 err = block_take(n, block);

	if (err < 0 || !level)
		return err;
	b = buf_fresh(n, *block);
	if (!b)
		return -EIO;
	memset(b->data, 0, BLOCK_SIZE);
	buf_change(n, b, BUF_META);
	return 0;
}

/* Block number `at` of a file; 0 if it has none there. With `fresh`, it gets one, and *fresh says
 * whether it just did. */
static s32 map_block(struct nest *n, u32 ino, u32 at, u32 *block, bool *fresh)
{
	struct nest_inode *i;
	struct buf *b;
	struct way w;
	u32 *slot;
	s32 err;

	i = inode(n, ino, &b);
	if (!i || !find_way(at, &w))
		return i ? -EFBIG : -EIO;
	if (fresh)
		*fresh = false;
	slot = &i->block[w.slot];
	for (u32 level = w.level;; level--) {
		if (!*slot && fresh) {
			u32 taken;

			err = take(n, level, &taken);
			if (err < 0)
				return err;
			*slot = taken;
			*fresh = !level;
			buf_change(n, b, BUF_META);
		}
		*block = *slot;
		if (!*slot || !level)
			break;
		if (*slot < n->data_start || *slot >= n->blocks)
			return -EIO;
		b = buf_read(n, *slot);
		if (!b)
			return -EIO;
		slot = (u32 *)b->data + w.index[level - 1];
	}
	return *block && (*block < n->data_start || *block >= n->blocks) ? -EIO : 0;
}

s32 nest_ahead(struct nest *n, u32 ino, u32 at, u32 end)
{
	u32 blocks[NEST_AHEAD], count = 0, block;

	for (; at < end && count < NEST_AHEAD; at++) {
		s32 err = map_block(n, ino, at, &block, NULL);

		if (err < 0)
			return err;
		if (block)
			blocks[count++] = block;
	}
	return buf_fetch(n, blocks, count);
}

s32 nest_read(struct nest *n, u32 ino, u32 pos, u8 *to, u32 len)
{
	struct nest_inode i;
	u32 done = 0;
	s32 err = nest_stat(n, ino, &i);

	if (err < 0)
		return err;
	if (pos >= i.size)
		return 0;
	len = len < i.size - pos ? len : i.size - pos;
	len = len < NEST_FILE_MOST ? len : NEST_FILE_MOST;
	while (done < len) {
		u32 at = (pos + done) / BLOCK_SIZE, off = (pos + done) % BLOCK_SIZE, block;
		u32 k = BLOCK_SIZE - off < len - done ? BLOCK_SIZE - off : len - done;
		struct buf *b;

		if (!done || !(at % NEST_AHEAD))
			err = nest_ahead(n, ino, at, (pos + len - 1) / BLOCK_SIZE + 1);
		if (!err)
			err = map_block(n, ino, at, &block, NULL);
		if (err < 0)
			return done ? (s32)done : err;
		b = block ? buf_read(n, block) : NULL;
		if (block && !b)
			return done ? (s32)done : -EIO;
		if (b)
			memcpy(to + done, b->data + off, k);
		else
			memset(to + done, 0, k);
		done += k;
	}
	return (s32)done;
}

/* Up to the end of one block. */
static s32 write_piece(struct nest *n, u32 ino, u32 pos, const u8 *from, u32 len)
{
	u32 off = pos % BLOCK_SIZE, block;
	struct nest_inode *i;
	struct buf *b;
	bool fresh;
	s32 err = nest_begin(n);

	if (!err)
		err = map_block(n, ino, pos / BLOCK_SIZE, &block, &fresh);
	if (err < 0)
		return err;
	b = fresh || len == BLOCK_SIZE ? buf_fresh(n, block) : buf_read(n, block);
	if (!b)
		return -EIO;
	if (fresh)
		memset(b->data, 0, BLOCK_SIZE);
	memcpy(b->data + off, from, len);
	buf_change(n, b, BUF_DATA);
	i = inode(n, ino, &b);
	if (!i)
		return -EIO;
	if (pos + len > i->size) {
		i->size = pos + len;
		buf_change(n, b, BUF_META);
	}
	return 0;
}

/* Behind the end of a file, its last block may hold what was written when the power went: that is
 * not to come to light when the file gets longer. */
static s32 clear_tail(struct nest *n, u32 ino, u32 size, u32 pos)
{
	u32 off = size % BLOCK_SIZE,
	    end = pos - size < BLOCK_SIZE - off ? off + pos - size : BLOCK_SIZE;
	struct buf *b;
	u32 block;
	s32 err;

	if (!off || pos <= size)
		return 0;
	err = map_block(n, ino, size / BLOCK_SIZE, &block, NULL);
	if (err < 0 || !block)
		return err;
	b = buf_read(n, block);
	if (!b)
		return -EIO;
	memset(b->data + off, 0, end - off);
	buf_change(n, b, BUF_DATA);
	return 0;
}

s32 nest_write(struct nest *n, u32 ino, u32 pos, const u8 *from, u32 len)
{
	struct nest_inode i;
	u32 done = 0;
	s32 err = nest_stat(n, ino, &i);

	if (err < 0)
		return err;
	if (pos > NEST_FILE_MOST || len > NEST_FILE_MOST - pos)
		return -EFBIG;
	err = clear_tail(n, ino, i.size, pos);
	if (err < 0)
		return err;
	while (done < len) {
		u32 k = BLOCK_SIZE - (pos + done) % BLOCK_SIZE;

		k = k < len - done ? k : len - done;
		err = write_piece(n, ino, pos + done, from + done, k);
		if (err < 0)
			return done ? (s32)done : err;
		done += k;
	}
	return (s32)done;
}

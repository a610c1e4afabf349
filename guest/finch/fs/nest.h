/*
 * nest.h: a small file system: one directory, a log of its metadata, data written in place.
 *
 * On the disk, in blocks of 4 KB:
 *
 *   | super | log header | log | inodes, with names | bitmap of blocks | data ... |
 *
 * What is changed stays in memory until nest_sync(). That writes the data to where it belongs, then
 * the changed metadata to the log, then the log's header: from here on the change has happened.
 * Then the metadata goes where it belongs. Whatever the power does meanwhile, mounting finds either
 * the old state or the new one: what was synced is there, and nothing is half there but data that
 * was written since, over data that a file had. (As ext3 does in its mode "ordered".)
 *
 * One caller at a time. All functions return 0 or more, or a negative error: -EIO besides what each
 * names. After an error of the disk in nest_sync() the file system only ever says -EIO.
 */
#ifndef FINCH_NEST_H
#define FINCH_NEST_H

#include "fs/disk.h"

#define NEST_NAME	28 /* with the 0 at its end */
#define NEST_DIRECT	22
#define NEST_POINTERS	24 /* the last two lead to blocks of pointers, and to blocks of these */
#define NEST_BUFS	64
#define NEST_LOG	30     /* blocks of metadata in one change */
#define NEST_MOST	262144 /* blocks: 1 GB */
#define NEST_LEAST	64
#define NEST_FREED	96
#define NEST_AHEAD	16 /* blocks that are read together */
#define NEST_PER_BLOCK	(BLOCK_SIZE / 4)
#define NEST_FILE_MOST	(NEST_MOST * (u32)BLOCK_SIZE) /* bytes; no disk has room for more */
#define NEST_INODE_SIZE 128

/** As it lies on the disk. */
struct nest_inode {
	char name[NEST_NAME]; /* empty: not in use */
	u32 size;	      /* bytes */
	u32 block[NEST_POINTERS];
};

enum buf_state {
	BUF_EMPTY,
	BUF_CLEAN,
	BUF_DATA,
	BUF_META
}; /* the latter two: not yet on the disk */

/** A block in memory. */
struct buf {
	u32 block;
	u32 stamp; /* when it was last asked for */
	enum buf_state state;
	u8 *data;
};

struct nest {
	struct disk *disk;
	bool broken;
	u32 nr_inodes, inode_start, bitmap_start, nr_bitmaps, data_start, blocks;
	u32 left; /* blocks that are free */
	u32 hint; /* where to look for one */
	struct buf bufs[NEST_BUFS];
	u32 clock, nr_meta; /* nr_meta: bufs that are BUF_META */
	/* Blocks that no file has any more, but has on the disk until the change is in the log:
	 * only then may they be used for something else. With `level` 1 or 2 it is a block of
	 * pointers. */
	struct {
		u32 block, level;
	} freed[NEST_FREED];
	u32 nr_freed;
};

/** Make an empty file system. `page` is scratch. @return -EINVAL: the disk is too small or too
 * large */
s32 nest_format(struct disk *d, u8 *page);
/** Find the last synced state. `pages` are NEST_BUFS pages that it may use until it is unmounted
 * (by nest_sync(), and letting go). @return -EINVAL: there is none on this disk */
s32 nest_mount(struct nest *n, struct disk *d, u8 *const *pages);
/** All that was done before is on the disk when this returns. */
s32 nest_sync(struct nest *n);

/** @return the inode's number, -ENOENT */
s32 nest_find(struct nest *n, const char *name);
/** Make an empty file. @return its number, -EINVAL (the name), -EEXIST, -ENOSPC */
s32 nest_create(struct nest *n, const char *name);
/** @return -ENOENT */
s32 nest_remove(struct nest *n, u32 ino);
/** Make it empty. */
s32 nest_truncate(struct nest *n, u32 ino);
/** @return bytes read; 0 at the end or behind it */
s32 nest_read(struct nest *n, u32 ino, u32 pos, u8 *buf, u32 len);
/** Read together what the blocks from `at` on need, up to `end` or NEST_AHEAD of them, so that
 * nest_read() finds it. */
s32 nest_ahead(struct nest *n, u32 ino, u32 at, u32 end);
/** What lies between the end and `pos` reads as zeros. @return bytes written, which may be fewer if
 * the disk is full; -ENOSPC if none, -EFBIG */
s32 nest_write(struct nest *n, u32 ino, u32 pos, const u8 *buf, u32 len);
/** Copy the inode. @return -ENOENT if there is no such file */
s32 nest_stat(struct nest *n, u32 ino, struct nest_inode *to);

/* nest_cache.c: blocks in memory. One that was asked for stays where it is until many others are.
 */
/** The block as it is. @return NULL: the disk failed */
struct buf *buf_read(struct nest *n, u32 block);
/** Room for it, without reading; its content is whatever. */
struct buf *buf_fresh(struct nest *n, u32 block);
/** Read those of `count` (at most 16) blocks that are not there, at once. */
s32 buf_fetch(struct nest *n, const u32 *blocks, u32 count);
void buf_change(struct nest *n, struct buf *b, enum buf_state to);
/** It is not to be written any more. */
void buf_forget(struct nest *n, u32 block);
/** Write all that are in this state to where they belong; they are clean then. */
s32 buf_write_all(struct nest *n, enum buf_state which);

/* nest_log.c */
/** If a change is in the log as a whole, carry it out. */
s32 log_replay(struct nest *n);

/* nest_block.c: which blocks are in use. */
/** Make room in the log for one more step of a change, and see that freed blocks can be used again
 * if they are needed. Between this and the step's end nothing is written to the log. */
s32 nest_begin(struct nest *n);
/** Find a free one, and set its bit. @return -ENOSPC */
s32 block_take(struct nest *n, u32 *block);
/** It is free as soon as this change is in the log. */
void block_drop(struct nest *n, u32 block, u32 level);
/** Clear the bits of all that were dropped. */
s32 blocks_free(struct nest *n);
/** Count those that are free. */
s32 blocks_count(struct nest *n);

#endif

/* disk.h: what a file system asks of a disk: blocks of 4 KB, many at a time, and an order of
 * writes. */
#ifndef FINCH_DISK_H
#define FINCH_DISK_H

#include <trapline/types.h>

#define BLOCK_SIZE 4096

struct disk_io {
	u32 block;
	u8 *buf; /* a whole page */
	bool write;
};

struct disk {
	u32 blocks;
	/** Carry out all of them, in any order, and come back when they are done. @return 0, -EIO
	 */
	s32 (*io)(struct disk *d, const struct disk_io *v, u32 n);
	/** One to eight sectors of 512 bytes, or NULL: only whole blocks can be had. @return 0,
	 * -EIO */
	s32 (*sectors)(struct disk *d, u32 sector, u32 n, u8 *buf, bool write);
	/** What is written from now on comes after all that was written before, whatever happens to
	 * the machine. @return 0, -EIO */
	s32 (*barrier)(struct disk *d);
};

#endif

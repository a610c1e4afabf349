/* raw.c: a disk as it is, for who keeps no files on it. */
#include "abi.h"
#include "fs/disk.h"
#include "fs/fs.h"

#define SECTOR	  512u
#define PER_BLOCK (BLOCK_SIZE / SECTOR)
#define AT_ONCE	  32u /* blocks */

/* Whole blocks at once. @return bytes */
static s32 blocks(struct file *f, u8 *buf, u32 n, bool write)
{
	struct disk_io io[AT_ONCE];
	u32 count = n / BLOCK_SIZE < AT_ONCE ? n / BLOCK_SIZE : AT_ONCE;

	/* A disk that has only whole blocks moves only whole pages. */
	if (!f->disk->sectors && (u32)buf % BLOCK_SIZE)
		return -EINVAL;
	for (u32 i = 0; i < count; i++)
		io[i] = (struct disk_io){f->pos / BLOCK_SIZE + i, buf + i * BLOCK_SIZE, write};
	return f->disk->io(f->disk, io, count) < 0 ? -EIO : (s32)(count * BLOCK_SIZE);
}

/* Up to the end of a block. */
static s32 sectors(struct file *f, u8 *buf, u32 n, bool write)
{
	u32 at = f->pos / SECTOR, count = PER_BLOCK - at % PER_BLOCK;

	count = count < n / SECTOR ? count : n / SECTOR;
	if (!f->disk->sectors || f->disk->sectors(f->disk, at, count, buf, write) < 0)
		return -EIO;
	return (s32)(count * SECTOR);
}

static s32 transfer(struct file *f, u8 *buf, u32 n, bool write)
{
	u32 done = 0, end = f->disk->blocks;

	if ((f->pos | n) % SECTOR)
		return -EINVAL;
	while (done < n && f->pos / BLOCK_SIZE < end) {
		u32 left = (end - f->pos / BLOCK_SIZE) * BLOCK_SIZE - f->pos % BLOCK_SIZE;
		u32 k = left < n - done ? left : n - done;
		s32 got;

		got = f->pos % BLOCK_SIZE || k < BLOCK_SIZE ? sectors(f, buf + done, k, write)
							    : blocks(f, buf + done, k, write);
		if (got < 0)
			return done ? (s32)done : got;
		f->pos += (u32)got;
		done += (u32)got;
	}
	return (s32)done;
}

static s32 raw_read(struct file *f, u8 *buf, u32 n)
{
	return transfer(f, buf, n, false);
}

static s32 raw_write(struct file *f, const u8 *buf, u32 n)
{
	return n ? transfer(f, (u8 *)buf, n, true) : f->disk->barrier(f->disk);
}

static void raw_close(struct file *f)
{
	disk_put(f->disk);
}

const struct device raw_device = {.read = raw_read, .write = raw_write, .close = raw_close};

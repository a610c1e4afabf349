/* part.c: a part of a disk as a disk of its own: NAME:START+COUNT, in sectors of 512 bytes. */
#include "abi.h"
#include "fs/fs.h"
#include "fs/disk.h"
#include "string.h"

#define PARTS	  4
#define AT_ONCE	  16u
#define PER_BLOCK (BLOCK_SIZE / 512u)

static struct part {
	struct disk disk;
	u32 users; /* 0: the place is free */
	struct disk *whole;
	u32 start; /* block of the whole */
} parts[PARTS];

static struct part *part_of(struct disk *d)
{
	for (struct part *p = parts;; p++)
		if (&p->disk == d)
			return p;
}

/* Of the whole disk it is, a part from 0 on. */
static struct part extent_of(struct disk *d)
{
	for (struct part *p = parts; p < parts + PARTS; p++)
		if (&p->disk == d)
			return *p;
	return (struct part){.disk = *d, .whole = d};
}

bool disks_meet(struct disk *a, struct disk *b)
{
	struct part p = extent_of(a), q = extent_of(b);

	return p.whole == q.whole && p.start < q.start + q.disk.blocks &&
	       q.start < p.start + p.disk.blocks;
}

static s32 part_io(struct disk *d, const struct disk_io *v, u32 n)
{
	struct part *p = part_of(d);
	struct disk_io io[AT_ONCE];
	s32 err = 0;

	for (u32 k; n && !err; v += k, n -= k) {
		for (k = 0; k < n && k < AT_ONCE; k++) {
			if (v[k].block >= d->blocks)
				return -EIO;
			io[k] = v[k];
			io[k].block += p->start;
		}
		err = p->whole->io(p->whole, io, k);
	}
	return err;
}

static s32 part_sectors(struct disk *d, u32 sector, u32 n, u8 *buf, bool write)
{
	struct part *p = part_of(d);

	if (sector / PER_BLOCK >= d->blocks)
		return -EIO;
	return p->whole->sectors(p->whole, sector + p->start * PER_BLOCK, n, buf, write);
}

static s32 part_barrier(struct disk *d)
{
	struct disk *whole = part_of(d)->whole;

	return whole->barrier(whole);
}

struct disk *disk_part(struct disk *whole, const char *extent)
{
	struct part *place = NULL;
	u32 start, count;

	if (!whole || !take_number(&extent, ~0u, &start) || *extent++ != '+' ||
	    !take_number(&extent, ~0u, &count) || *extent || (start | count) % PER_BLOCK)
		return NULL;
	start /= PER_BLOCK;
	count /= PER_BLOCK;
	if (!count || start > whole->blocks || count > whole->blocks - start)
		return NULL;
	for (struct part *p = parts; p < parts + PARTS; p++) {
		if (!p->users) {
			place = p;
		} else if (p->whole == whole && p->start == start && p->disk.blocks == count) {
			p->users++;
			return &p->disk;
		}
	}
	if (!place)
		return NULL;
	*place = (struct part){
	    .disk = {count, part_io, whole->sectors ? part_sectors : NULL, part_barrier},
	    .users = 1,
	    .whole = whole,
	    .start = start};
	return &place->disk;
}

void disk_put(struct disk *d)
{
	for (struct part *p = parts; p < parts + PARTS; p++)
		if (&p->disk == d)
			p->users--;
}

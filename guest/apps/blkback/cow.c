/*
 * cow.c: copy on write: a base that several disks may have, and that nobody writes; an overlay of
 * each one's own, where the blocks lie that were written.
 *
 *   overlay:  | head | map: of each block of the base, where it is now | blocks of 4 KB ... |
 *
 * An entry of the map is 0 (as in the base) or the number of a block of the overlay, from 1 on. A
 * new block is written before the entry that leads to it, with a barrier between them, and an entry
 * lies in one sector: whenever the power goes, each block is the old one or the new one.
 */
#include "blkback/blkback.h"

#define MAGIC	    0x776F6354u /* "Tcow" */
#define PER_BLOCK   8u		/* sectors */
#define PER_SECTOR  (BLKIF_SECTOR / 4)
#define NO_MAP_READ ~0u

/* Whose it is: the base, and where the blocks lie, part by part. */
struct head {
	u32 magic, nr_blocks, nr_base, nr_overlay;
	struct extent base[MOST_EXTENTS], overlay[MOST_EXTENTS];
	u8 rest[BLKIF_SECTOR - 16 - 2 * MOST_EXTENTS * sizeof(struct extent)];
};

static struct head head;
static u8 whole[PAGE] __attribute__((aligned(PAGE))); /* a block that is partly new */

static u32 map_sectors(const struct vbd *v)
{
	u32 blocks = (v->disk.sectors + PER_BLOCK - 1) / PER_BLOCK;

	return (blocks + PER_SECTOR - 1) / PER_SECTOR;
}

static bool map_read(struct vbd *v, u32 block)
{
	struct overlay *o = &v->overlay;

	if (o->map_at == block / PER_SECTOR)
		return true;
	o->map_at = NO_MAP_READ;
	if (!transfer_extents(&o->disk, 1 + block / PER_SECTOR, (u32)o->map, 1, false))
		return false;
	o->map_at = block / PER_SECTOR;
	return true;
}

static bool map_write(struct vbd *v)
{
	struct overlay *o = &v->overlay;

	return transfer_extents(&o->disk, 1 + o->map_at, (u32)o->map, 1, true);
}

/* Nothing has been written yet: the map is empty, and then there is a head. */
static bool overlay_begin(struct vbd *v, const struct head *wanted)
{
	struct overlay *o = &v->overlay;

	memset(o->map, 0, sizeof(o->map));
	for (o->map_at = 0; o->map_at < map_sectors(v); o->map_at++)
		if (!map_write(v))
			return false;
	o->map_at = NO_MAP_READ;
	head = *wanted;
	return barrier() && transfer_extents(&o->disk, 0, (u32)&head, 1, true) && barrier();
}

/* How many of its blocks are in use: as far as the map leads. */
static bool overlay_count(struct vbd *v)
{
	struct overlay *o = &v->overlay;

	for (u32 i = 0; i < map_sectors(v); i++) {
		if (!map_read(v, i * PER_SECTOR))
			return false;
		for (u32 k = 0; k < PER_SECTOR; k++)
			if (o->map[k] > o->used)
				o->used = o->map[k];
	}
	return o->used <= o->nr_blocks;
}

const char *overlay_open(struct vbd *v)
{
	static struct head wanted;
	struct overlay *o = &v->overlay;

	o->data = (1 + map_sectors(v) + PER_BLOCK - 1) / PER_BLOCK * PER_BLOCK;
	o->map_at = NO_MAP_READ;
	if (o->disk.sectors < o->data + PER_BLOCK)
		return "the overlay has no room";
	o->nr_blocks = (o->disk.sectors - o->data) / PER_BLOCK;
	wanted = (struct head){.magic = MAGIC,
			       .nr_blocks = o->nr_blocks,
			       .nr_base = v->disk.nr_extents,
			       .nr_overlay = o->disk.nr_extents};
	memcpy(wanted.base, v->disk.extents, sizeof(wanted.base));
	memcpy(wanted.overlay, o->disk.extents, sizeof(wanted.overlay));
	if (!transfer_extents(&o->disk, 0, (u32)&head, 1, false))
		return "the overlay cannot be read";
	if (head.magic != MAGIC)
		return overlay_begin(v, &wanted) ? NULL : "the overlay cannot be written";
	if (memcmp(&head, &wanted, sizeof(head)))
		return "the overlay was begun over another base, or with other parts";
	return overlay_count(v) ? NULL : "the overlay is damaged";
}

static u32 place_of(const struct overlay *o, u32 entry)
{
	return o->data + (entry - 1) * PER_BLOCK;
}

static bool within(const struct overlay *o, u32 entry)
{
	return entry <= o->nr_blocks;
}

static bool read_part(struct vbd *v, u32 sector, u32 va, u32 n)
{
	struct overlay *o = &v->overlay;
	u32 block = sector / PER_BLOCK, entry;

	if (!map_read(v, block))
		return false;
	entry = o->map[block % PER_SECTOR];
	if (!entry)
		return transfer_extents(&v->disk, sector, va, n, false);
	return within(o, entry) &&
	       transfer_extents(&o->disk, place_of(o, entry) + sector % PER_BLOCK, va, n, false);
}

/* The rest of a block that is not written as a whole comes from the base. */
static u32 complete(struct vbd *v, u32 sector, u32 va, u32 n)
{
	u32 block = sector / PER_BLOCK * PER_BLOCK, there = v->disk.sectors - block;

	if (n == PER_BLOCK)
		return va;
	memset(whole, 0, sizeof(whole));
	if (!transfer_extents(&v->disk, block, (u32)whole, there < PER_BLOCK ? there : PER_BLOCK,
			      false))
		return 0;
	memcpy(whole + sector % PER_BLOCK * BLKIF_SECTOR, (void *)va, n * BLKIF_SECTOR);
	return (u32)whole;
}

static bool write_part(struct vbd *v, u32 sector, u32 va, u32 n)
{
	struct overlay *o = &v->overlay;
	u32 block = sector / PER_BLOCK, entry;

	if (!map_read(v, block))
		return false;
	entry = o->map[block % PER_SECTOR];
	if (entry)
		return within(o, entry) &&
		       transfer_extents(&o->disk, place_of(o, entry) + sector % PER_BLOCK, va, n,
					true);
	if (o->used == o->nr_blocks) /* it is full */
		return false;
	va = complete(v, sector, va, n);
	entry = o->used + 1;
	if (!va || !transfer_extents(&o->disk, place_of(o, entry), va, PER_BLOCK, true) ||
	    !barrier())
		return false;
	o->used = entry;
	o->map[block % PER_SECTOR] = entry;
	return map_write(v);
}

bool overlay_transfer(struct vbd *v, u32 sector, u32 va, u32 n, bool out)
{
	for (u32 k; n; n -= k, sector += k, va += k * BLKIF_SECTOR) {
		k = PER_BLOCK - sector % PER_BLOCK;
		k = n < k ? n : k;
		if (!(out ? write_part(v, sector, va, k) : read_part(v, sector, va, k)))
			return false;
	}
	return true;
}

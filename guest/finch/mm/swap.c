/*
 * swap.c: pages of processes on a disk, and which slot of it belongs to which frame.
 *
 * What has to be known of each frame and slot is allocated when swapping begins: a machine that
 * does not swap pays nothing for it.
 */
#include "mm/mm.h"
#include "abi.h"
#include "fs/disk.h"
#include "fs/fs.h"
#include "lib/lib.h"

#define MOST_SLOTS 0x7FFFu
#define MARK	   0x8000u /* of a frame: it is not what the slot says any more */
#define PER_PAGE   (PAGE_SIZE / sizeof(u16))

static struct disk *disk;
static u16 *of_frames[MAX_PAGES / PER_PAGE];  /* slot and MARK, by pfn */
static u16 *users[MOST_SLOTS / PER_PAGE + 1]; /* by slot; 0: it is free */
static u32 hint;			      /* where to look for a free one */

static u16 *entry(u16 **pages, u32 i)
{
	return &pages[i / PER_PAGE][i % PER_PAGE];
}

static bool make_pages(u16 **pages, u32 n)
{
	for (u32 i = 0; i < n; i += PER_PAGE) {
		pages[i / PER_PAGE] = page_alloc();
		if (!pages[i / PER_PAGE])
			return false;
	}
	return true;
}

static void free_pages(u16 **pages, u32 n)
{
	for (u32 i = 0; i < n; i += PER_PAGE) {
		if (pages[i / PER_PAGE])
			page_free(pages[i / PER_PAGE]);
		pages[i / PER_PAGE] = NULL;
	}
}

s32 swap_on(struct disk *d)
{
	u32 n = d->blocks < MOST_SLOTS ? d->blocks : MOST_SLOTS;

	if (disk)
		return -EBUSY;
	if (!make_pages(users, n) || !make_pages(of_frames, frames_all())) {
		free_pages(users, n);
		free_pages(of_frames, frames_all());
		return -ENOMEM;
	}
	memory_counts.slots = n - 1; /* slot 0 is none */
	disk = d;
	return 0;
}

bool swap_is_on(void)
{
	return disk;
}

bool swap_uses(struct disk *d)
{
	return disk && disks_meet(disk, d);
}

u32 swap_take(void)
{
	for (u32 i = 0; i < memory_counts.slots; i++) {
		hint = hint < memory_counts.slots ? hint + 1 : 1;
		if (*entry(users, hint))
			continue;
		*entry(users, hint) = 1;
		memory_counts.used++;
		return hint;
	}
	return 0;
}

void swap_get(u32 slot)
{
	++*entry(users, slot);
}

void swap_put(u32 slot)
{
	if (!--*entry(users, slot))
		memory_counts.used--;
}

bool swap_is_single(u32 slot)
{
	return *entry(users, slot) == 1;
}

s32 swap_write(const struct disk_io *v, u32 n)
{
	memory_counts.outs += n;
	return disk->io(disk, v, n);
}

s32 swap_read(u32 slot, u32 pfn)
{
	struct disk_io io = {slot, frame_address(pfn), false};

	memory_counts.ins++;
	return disk->io(disk, &io, 1);
}

u32 swap_slot(u32 pfn)
{
	return disk ? *entry(of_frames, pfn) & ~MARK : 0;
}

void swap_set_slot(u32 pfn, u32 slot)
{
	u32 old = swap_slot(pfn);

	if (old && old != slot)
		swap_put(old);
	if (disk)
		*entry(of_frames, pfn) = (u16)slot;
}

bool swap_marked(u32 pfn)
{
	return disk && *entry(of_frames, pfn) & MARK;
}

void swap_mark(u32 pfn, bool changed)
{
	*entry(of_frames, pfn) = (u16)(swap_slot(pfn) | (changed ? MARK : 0));
}

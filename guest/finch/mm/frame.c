/*
 * frame.c: the physical allocator: single frames, counted users, an order drawn from the seed.
 *
 * The free list lives beside the frames, not in them: a free frame is never touched, so a
 * hypervisor that gives machine memory at the first use need not give any for it.
 */
#include "mm/mm.h"
#include "lib/lib.h"

static u16 free_list[MAX_PAGES]; /* a stack of frame numbers */
static u32 nr_free, nr_all;
/*
 * Users of each frame. A free frame already carries the one of whoever will take it, so that
 * taking a frame touches nothing but the top of the stack above.
 */
static u8 users[MAX_PAGES];

static bool is_busy(const struct boot *boot, u32 pfn)
{
	for (u32 i = 0; i < boot->nr_busy; i++) {
		if (pfn >= boot->busy[i].first && pfn < boot->busy[i].end)
			return true;
	}
	return false;
}

void frame_init(const struct boot *boot)
{
	nr_all = boot->nr_pages;
	for (u32 pfn = 0; pfn < boot->nr_pages; pfn++) {
		users[pfn] = 1;
		if (!is_busy(boot, pfn))
			free_list[nr_free++] = (u16)pfn;
	}
	/* Fisher-Yates: another seed, another frame for the same fault. */
	for (u32 i = nr_free - 1; i > 0; i--) {
		u32 j = rng_below(i + 1);
		u16 t = free_list[i];

		free_list[i] = free_list[j];
		free_list[j] = t;
	}
}

u32 frame_alloc(void)
{
	return nr_free ? free_list[--nr_free] : NO_FRAME;
}

void frame_get(u32 pfn)
{
	users[pfn]++;
	if (!users[pfn])
		panic("frame %x has too many users", pfn);
}

void frame_put(u32 pfn)
{
	if (users[pfn] > 1) {
		users[pfn]--;
		return;
	}
	swap_set_slot(pfn, 0);
	free_list[nr_free++] = (u16)pfn;
}

u32 frame_users(u32 pfn)
{
	return users[pfn];
}

u32 frames_free(void)
{
	return nr_free;
}

u32 frames_all(void)
{
	return nr_all;
}

void *page_alloc(void)
{
	u32 pfn = frame_alloc();

	return pfn == NO_FRAME ? NULL : memset(frame_address(pfn), 0, PAGE_SIZE);
}

void page_free(void *page)
{
	frame_put(frame_of(page));
}

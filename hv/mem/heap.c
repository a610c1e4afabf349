/*[H09]
 * heap.c: the hypervisor's own memory, by the page: machine frames that its linear map reaches.
 *
 * Some are kept for it from the start. Should they not do, it takes free ones from beside them, and
 * gives those back when they are free again. A page of the heap that is free has no reference.
 */
#include "cpu/layout.h"
#include "dom/domain.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "mem/heap.h"
#include "mem/record.h"

static u32 first, end; /* the frames that are kept */
static u32 lowest;     /* below it none of them is free */

void heap_init(maddr_t start, maddr_t stop)
{
	first = lowest = maddr_mfn(start).n;
	end = maddr_mfn(stop).n;
	for (u32 m = first; m < end; m++)
		frame_table[m] = (struct frame){.owner = DOM_HV};
}

/* The first of `n` pages in a row that `owner` has and nobody uses, or `to`. */
static u32 find(u32 from, u32 to, u32 n, u16 owner)
{
	u32 run = 0;

	for (u32 m = from; m < to; m++) {
		run = frame_table[m].owner == owner && !frame_table[m].refs ? run + 1 : 0;
		if (run == n)
			return m + 1 - n;
	}
	return to;
}

void *hv_alloc_pages(u32 n)
{
	u32 reach = HV_LINEAR_SIZE / PAGE_SIZE < nr_frames ? HV_LINEAR_SIZE / PAGE_SIZE : nr_frames;
	u32 at = find(lowest, end, n, DOM_HV);

	if (at == end) {
		at = find(end, reach, n, DOM_FREE);
		if (at == reach)
			return NULL;
		take_frames(at, n);
	} else if (at == lowest || n == 1) {
		lowest = at + n;
	}
	for (u32 m = at; m < at + n; m++)
		frame_table[m] = (struct frame){.owner = DOM_HV, .refs = 1};
	if (at >= end) /* those that are kept have been its own before */
		frames_changed(&frame_table[at], n);
	return memset(hv_virt(mfn_maddr(mfn(at))), 0, n * PAGE_SIZE);
}

void *hv_alloc_page(void)
{
	return hv_alloc_pages(1);
}

void hv_free_pages(void *pages, u32 n)
{
	u32 at;

	if (!pages)
		return;
	at = hv_page_mfn(pages).n;
	for (u32 m = at; m < at + n; m++) {
		if (frame_table[m].owner != DOM_HV || frame_table[m].refs != 1)
			panic("page %x of the heap freed, which is not in use", m);
		frame_table[m].refs = 0;
	}
	if (at >= end)
		frames_release(at, at + n);
	else if (at < lowest)
		lowest = at;
}

void hv_free_page(void *page)
{
	hv_free_pages(page, 1);
}

u32 heap_free_pages(void)
{
	u32 n = 0;

	for (u32 m = first; m < end; m++)
		n += !frame_table[m].refs;
	return n;
}

mfn_t hv_page_mfn(const void *page)
{
	return maddr_mfn(hv_phys(page));
}

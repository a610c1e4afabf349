/*[H09] heap.c: the hypervisor's own permanent memory, handed out by the page. */
#include "cpu/layout.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "mem/heap.h"

static u8 *next, *limit;
static void *freed; /* a list through the first word of each freed page */

void heap_init(maddr_t start, maddr_t end)
{
	next = hv_virt(start);
	limit = hv_virt(end);
}

void *hv_alloc_pages(u32 n)
{
	u8 *p = next;

	if ((u32)(limit - next) / PAGE_SIZE < n)
		return NULL;
	next += n * PAGE_SIZE;
	return memset(p, 0, n * PAGE_SIZE);
}

void *hv_alloc_page(void)
{
	void *p = freed;

	if (!p)
		return hv_alloc_pages(1);
	freed = *(void **)p;
	return memset(p, 0, PAGE_SIZE);
}

void hv_free_page(void *page)
{
	*(void **)page = freed;
	freed = page;
}

mfn_t hv_page_mfn(const void *page)
{
	return maddr_mfn(hv_phys(page));
}

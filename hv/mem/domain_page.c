/*[H10] domain_page.c: the window through which the hypervisor reaches guests' memory. */
#include "lib/printk.h"
#include "mem/domain_page.h"

#define MAX_PROBES 64u

void (*window_short)(void);
u32 window_pt[WINDOW_SLOTS] __attribute__((aligned(PAGE_SIZE)));
u8 window_users[WINDOW_SLOTS];

/* Open addressing, by the frame's number: the first slot that holds it, or is not in use. Domains
 * of like size have like frames 1024 apart as a rule: behind the first slot higher bits count as
 * well. */
static u32 slot_of(mfn_t m, u32 i)
{
	return (i ? (m.n ^ m.n >> 7) + i : m.n) % WINDOW_SLOTS;
}

static void *probe(mfn_t m, u32 slots)
{
	for (u32 i = 0; i < slots; i++) {
		u32 slot = slot_of(m, i);
		u32 va = HV_WINDOW + slot * PAGE_SIZE;

		if (window_pt[slot] != window_entry(m)) {
			if (window_users[slot])
				continue;
			window_pt[slot] = window_entry(m);
			invlpg(va);
		}
		window_users[slot]++;
		return (void *)va;
	}
	return NULL;
}

void *map_domain_page_slowly(mfn_t m)
{
	void *page = probe(m, MAX_PROBES);

	if (!page && window_short) {
		window_short();
		page = probe(m, WINDOW_SLOTS + 1);
	}
	if (!page)
		panic("map_domain_page: all slots are in use");
	return page;
}

u32 domain_pages_mapped(void)
{
	u32 n = 0;

	for (u32 i = 0; i < WINDOW_SLOTS; i++)
		n += window_users[i];
	return n;
}

void bad_unmap(const void *p)
{
	panic("unmap_domain_page: %x is not mapped", (u32)p);
}

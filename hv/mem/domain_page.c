/*[H10] domain_page.c: the window through which the hypervisor reaches guests' memory. */
#include "lib/printk.h"
#include "mem/domain_page.h"

#define MAX_PROBES 64u

u32 window_pt[WINDOW_SLOTS] __attribute__((aligned(PAGE_SIZE)));
u8 window_users[WINDOW_SLOTS];

void *map_domain_page_slowly(mfn_t m)
{
	/* Open addressing, by the frame's number: the first slot that holds it, or is not in use.
	 */
	for (u32 i = 0; i < MAX_PROBES; i++) {
		u32 slot = (m.n + i) % WINDOW_SLOTS;
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
	panic("map_domain_page: %u slots in use near frame %x", MAX_PROBES, m.n);
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

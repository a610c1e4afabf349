/* domain_page.c: the window through which the hypervisor reaches guests' memory. */
#include "cpu/layout.h"
#include "cpu/x86.h"
#include "lib/printk.h"
#include "mem/domain_page.h"

#define NR_SLOTS 1024u
#define MAX_PROBES 64u

u32 window_pt[NR_SLOTS] __attribute__((aligned(PAGE_SIZE))); /* its page table */
static u8 users[NR_SLOTS];				      /* mappings held of each slot */

void *map_domain_page(mfn_t m)
{
	u32 want = m.n << PAGE_SHIFT | PTE_P | PTE_RW | PTE_A | PTE_D;

	/* A frame lives in the first slot from its own number on that it shares with nobody. */
	for (u32 i = 0; i < MAX_PROBES; i++) {
		u32 slot = (m.n + i) % NR_SLOTS;
		u32 va = HV_WINDOW + slot * PAGE_SIZE;

		if (window_pt[slot] != want) {
			if (users[slot])
				continue;
			window_pt[slot] = want;
			invlpg(va);
		}
		users[slot]++;
		return (void *)va;
	}
	panic("map_domain_page: %u slots in use near frame %x", MAX_PROBES, m.n);
}

void unmap_domain_page(const void *p)
{
	u32 slot = ((u32)p - HV_WINDOW) / PAGE_SIZE;

	if (slot >= NR_SLOTS || users[slot] == 0)
		panic("unmap_domain_page: %x is not mapped", (u32)p);
	users[slot]--;
}

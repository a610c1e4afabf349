/* swap.c: which slots of the machine's swap disk are in use. */
#include "mem/swap.h"
#include "hw/ata.h"
#include "lib/printk.h"
#include "mem/domain_page.h"
#include "mem/frame.h"

#define MAX_SLOTS (1u << 18) /* 1 GB: more than a machine has memory */

static u32 *in_use;		    /* a bit for each slot */
static u32 nr_slots, nr_used, next; /* where the search for a free one begins */

void swap_init(void)
{
	u32 slots = ata_find() / ATA_PAGE_SECTORS;

	if (slots > MAX_SLOTS)
		slots = MAX_SLOTS;
	in_use = slots ? hv_alloc_pages(pages_of((slots + 31) / 32 * sizeof(u32))) : NULL;
	if (!in_use) {
		printk("trapline: overcommit=swap wants a disk on the second ATA channel: SWAP=MB "
		       "of tools/run\n");
		machine_exit(2);
	}
	nr_slots = slots;
	printk("trapline: a swap disk of %u MB\n", slots * (PAGE_SIZE / 1024) / 1024);
}

u32 swap_sector(u32 slot)
{
	return slot * ATA_PAGE_SECTORS;
}

static bool is_used(u32 slot)
{
	return in_use[slot / 32] >> slot % 32 & 1;
}

u32 swap_put(mfn_t m)
{
	void *page;
	bool done;

	if (nr_used == nr_slots)
		return SWAP_FULL;
	while (is_used(next))
		next = (next + 1) % nr_slots;
	page = map_domain_page(m);
	done = ata_write_page(swap_sector(next), page);
	unmap_domain_page(page);
	if (!done)
		return SWAP_FULL;
	in_use[next / 32] |= 1u << next % 32;
	nr_used++;
	return next;
}

bool swap_get(u32 slot, mfn_t m)
{
	void *page = map_domain_page(m);
	bool done = ata_read_page(swap_sector(slot), page);

	unmap_domain_page(page);
	return done;
}

void swap_free(u32 slot)
{
	if (slot >= nr_slots || !is_used(slot))
		panic("swap slot %u is not in use", slot);
	in_use[slot / 32] &= ~(1u << slot % 32);
	nr_used--;
}

u32 swap_slots_used(void)
{
	return nr_used;
}

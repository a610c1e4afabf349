/* space.c: address spaces as wholes: made, copied at fork, cut, given back. */
#include "mm/mm.h"
#include "lib/lib.h"
#include "abi.h"

s32 space_init(struct space *s)
{
	*s = (struct space){.dir = page_alloc()};
	if (!s->dir)
		return -ENOMEM;
	/* Every directory shares the kernel's tables, which are all made at boot. */
	memcpy(s->dir + KERNEL_PDE, mmu_kernel_directory() + KERNEL_PDE,
	       (PORT_KERNEL_PDE_END - KERNEL_PDE) * sizeof(pte_t));
	return 0;
}

#define HAS_PAGE (PTE_P | PTE_SWAPPED)

/* The next entry in [*va, end) for a page, in memory or on the disk, skipping over missing tables;
 * NULL at the end. */
static pte_t *next_page(struct space *s, vaddr_t *va, vaddr_t end)
{
	while (*va < end) {
		pte_t *slot = table_find(s, *va);

		if (!slot) {
			*va = (*va | 0x3FFFFF) + 1;
			continue;
		}
		if (slot->v & HAS_PAGE)
			return slot;
		*va += PAGE_SIZE;
	}
	return NULL;
}

/* What an entry led to is used by one fewer. */
static void put_page(pte_t e)
{
	if (!(e.v & PTE_P))
		swap_put(pte_slot(e));
	else if (!(e.v & PTE_FOREIGN))
		frame_put(pte_pfn(e));
}

static s32 copy_region(struct space *to, struct space *from, const struct region *r)
{
	pte_t *slot, *copy;

	for (vaddr_t va = r->start; (slot = next_page(from, &va, r->end)); va += PAGE_SIZE) {
		copy = table_make(to, va);
		if (!copy)
			return -ENOMEM;
		if (slot->v & PTE_P)
			frame_get(pte_pfn(*slot));
		else
			swap_get(pte_slot(*slot));
		copy->v = slot->v & ~PTE_RW;
		if (slot->v & PTE_RW)
			mmu_queue(slot, *copy);
	}
	return 0;
}

s32 space_copy(struct space *to, struct space *from)
{
	s32 err = space_init(to);

	if (err)
		return err;
	to->heap = from->heap;
	to->brk = from->brk;
	memcpy(to->regions, from->regions, sizeof(to->regions));
	for (u32 i = 0; i < NR_REGIONS && !err; i++) {
		if (from->regions[i].foreign)
			to->regions[i] = (struct region){0};
		else
			err = copy_region(to, from, &from->regions[i]);
	}
	mmu_commit();
	if (err) {
		space_free(to);
		return err;
	}
	mmu_activate(to->dir);
	to->live = true;
	return 0;
}

void space_free(struct space *s)
{
	arch_space_goes(s->dir);
	if (s->live)
		mmu_retire(s->dir);
	for (u32 i = 0; i < KERNEL_PDE; i++) {
		pte_t *table;

		if (!(s->dir[i].v & PTE_P))
			continue;
		table = frame_address(pte_pfn(s->dir[i]));
		for (u32 j = 0; j < 1024; j++) {
			if (table[j].v & HAS_PAGE)
				put_page(table[j]);
		}
		page_free(table);
	}
	page_free(s->dir);
	*s = (struct space){.dir = NULL};
}

s32 space_unmap(struct space *s, vaddr_t start, vaddr_t end)
{
	s32 err = region_split(s, start, end);
	bool any = false;
	pte_t *slot;

	if (err)
		return err;
	for (vaddr_t va = start; (slot = next_page(s, &va, end)); va += PAGE_SIZE) {
		pte_t old = *slot;

		mmu_queue(slot, (pte_t){0});
		/* Nothing takes the frame before the commit: the kernel does not sleep here. */
		put_page(old);
		any = true;
	}
	if (any)
		mmu_commit();
	for (struct region *r = s->regions; r < s->regions + NR_REGIONS; r++) {
		if (r->end && r->start >= start && r->end <= end)
			r->end = r->start = 0;
	}
	return 0;
}

s32 space_protect(struct space *s, vaddr_t start, vaddr_t end, u32 prot)
{
	s32 err = region_split(s, start, end);
	bool any = false;
	pte_t *slot;

	if (err)
		return err;
	for (struct region *r = s->regions; r < s->regions + NR_REGIONS; r++) {
		if (r->foreign && r->start >= start && r->end <= end)
			return -EINVAL; /* its entry is not ours to change */
	}
	for (struct region *r = s->regions; r < s->regions + NR_REGIONS; r++) {
		if (r->end && r->start >= start && r->end <= end)
			r->prot = prot;
	}
	region_tidy(s);
	/*
	 * Rights are only taken here: a page that may be written from now on is found to be so at
	 * the first write, which also copies it if it is shared.
	 */
	for (vaddr_t va = start; (slot = next_page(s, &va, end)); va += PAGE_SIZE) {
		if ((prot & PROT_WRITE) || !(slot->v & PTE_RW))
			continue;
		mmu_queue(slot, (pte_t){slot->v & ~PTE_RW});
		any = true;
	}
	if (any)
		mmu_commit();
	return 0;
}

vaddr_t space_room(struct space *s, u32 len)
{
	for (vaddr_t va = USER_MMAP; va + len > va && va + len <= KERNEL_BASE; va += 0x10000) {
		if (!region_overlaps(s, va, va + len))
			return va;
	}
	return 0;
}

u32 space_pages(struct space *s)
{
	pte_t *slot;
	u32 n = 0;

	for (struct region *r = s->regions; s->dir && r < s->regions + NR_REGIONS; r++) {
		for (vaddr_t va = r->start; (slot = next_page(s, &va, r->end)); va += PAGE_SIZE)
			n += slot->v & PTE_P;
	}
	return n;
}

/* fault.c: a page comes into being at its first touch, and is copied at its first write. */
#include "mm/mm.h"
#include "lib/lib.h"
#include "abi.h"

/*
 * A page that a process may use has been accessed and, if it may be written, will be: setting A
 * and D now spares the processor (or a hypervisor that shadows the table) from doing so later.
 */
static pte_t user_pte(u32 pfn, u32 prot)
{
	u32 flags = PTE_P | PTE_US | PTE_A;

	if (prot & PROT_WRITE)
		flags |= PTE_RW | PTE_D;
	return pte_make(pfn, flags);
}

/* What page va of the region shows at first, written to `to`. */
static void fill_page(const struct region *r, vaddr_t va, void *to)
{
	u32 offset = va - r->start, n = 0;

	if (offset < r->file_len) {
		n = r->file_len - offset;
		if (n > PAGE_SIZE)
			n = PAGE_SIZE;
		memcpy(to, r->file + offset, n);
	}
	memset((u8 *)to + n, 0, PAGE_SIZE - n);
}

/* A page comes back from the swap area. Its slot stays the frame's: until somebody writes, which
 * sets the D bit, the page need not be written again. */
static enum fault swap_in(const struct region *r, pte_t *slot, bool write)
{
	u32 pfn = frame_alloc(), from = pte_slot(*slot);
	u32 flags = PTE_P | PTE_US | PTE_A | (r->prot & PROT_WRITE ? PTE_RW : 0);

	if (pfn == NO_FRAME)
		return FAULT_NO_MEM;
	/* Others run meanwhile; but the entry, and its slot, are this process's. */
	if (swap_read(from, pfn) < 0) {
		frame_put(pfn);
		return FAULT_NO_DISK;
	}
	/* When slots become few, the page gives its own back, and has to be written again. */
	if (memory_counts.used > memory_counts.slots / 2) {
		mmu_map(slot, pte_make(pfn, flags | PTE_D));
		swap_put(from);
		return FAULT_DONE;
	}
	mmu_map(slot, pte_make(pfn, flags | (write ? PTE_D : 0)));
	swap_set_slot(pfn, from);
	return FAULT_DONE;
}

/* For a page more. When the swap area is full, the last ones of memory are for those that there
 * are: else they would only chase each other. */
static u32 frame_for_more(void)
{
	bool full = swap_is_on() && memory_counts.used == memory_counts.slots;

	return full && frames_free() < 2 * FRAMES_KEPT ? NO_FRAME : frame_alloc();
}

static enum fault first_touch(const struct region *r, vaddr_t va, pte_t *slot)
{
	u32 pfn = frame_for_more();

	if (pfn == NO_FRAME)
		return FAULT_NO_MEM;
	if (r->prot & PROT_WRITE) {
		/*
		 * The page is filled through the mapping that is about to be used, after it was
		 * made: the frame is touched only once somebody maps it, and at that address.
		 */
		mmu_map(slot, user_pte(pfn, r->prot));
		fill_page(r, va, (void *)va);
	} else {
		/* WP holds for the kernel too, so a read-only page is filled from elsewhere. */
		fill_page(r, va, frame_address(pfn));
		mmu_map(slot, user_pte(pfn, r->prot));
	}
	return FAULT_DONE;
}

/* A write to a page that fork left read-only: the last user keeps the frame, others copy it. */
static enum fault copy_on_write(const struct region *r, vaddr_t va, pte_t *slot)
{
	u32 old = pte_pfn(*slot), pfn = old;

	if (frame_users(old) > 1) {
		pfn = frame_for_more();
		if (pfn == NO_FRAME)
			return FAULT_NO_MEM;
		memcpy(frame_address(pfn), (void *)va, PAGE_SIZE);
		frame_put(old);
	}
	mmu_remap(va, slot, user_pte(pfn, r->prot));
	return FAULT_DONE;
}

enum fault space_fault(struct space *s, vaddr_t va, bool write)
{
	struct region *r = region_find(s, va);
	pte_t *slot;

	if (!r || r->foreign || !(r->prot & (write ? PROT_WRITE : PROT_READ)))
		return FAULT_BAD;
	va &= ~(PAGE_SIZE - 1);
	slot = table_make(s, va);
	if (!slot)
		return FAULT_NO_MEM;
	if (slot->v & PTE_SWAPPED)
		return swap_in(r, slot, write);
	if (!(slot->v & PTE_P))
		return first_touch(r, va, slot);
	if (write && !(slot->v & PTE_RW))
		return copy_on_write(r, va, slot);
	return FAULT_DONE; /* nothing is missing: the TLB was out of date */
}

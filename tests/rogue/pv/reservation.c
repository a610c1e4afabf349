/* reservation.c: giving back what is not ours, asking for more than there is. */
#include "pv.h"

#define IN_HV	 (HV_LINEAR + HV_IMAGE_PHYS)
#define UNMAPPED 0x00400000u

static s32 reservation(void)
{
	domid_t self = DOMID_SELF;

	return HCALL(memory_op, XENMEM_current_reservation, &self, 0, 0);
}

/* A list that is refused from its first entry on gives 0 done, or an errno. */
static void done_none(s32 ret)
{
	verdict_errno(ret == 0 ? -22 : ret);
}

static s32 memory_op(u32 cmd, u32 list, u32 count, u32 order, u32 domid)
{
	struct xen_memory_reservation r = {list, count, order, 0, domid, 0};

	return HCALL(memory_op, cmd, &r, 0, 0);
}

static s32 decrease(u32 mfn)
{
	return memory_op(XENMEM_decrease_reservation, (u32)&mfn, 1, 0, DOMID_SELF);
}

static void free_frame(u32 mfn)
{
	s32 before = reservation();

	done_none(decrease(mfn));
	must(reservation() == before, "reservation-changed");
}

static void free_nonexistent(u32 unused)
{
	(void)unused;
	free_frame(nonexistent_mfn);
	free_frame(0xFFFFFFFF);
}

static void free_shared(u32 unused)
{
	(void)unused;
	free_frame(start_info->shared_info / PAGE_SIZE);
}

static void free_pinned(u32 unused)
{
	(void)unused;
	must(pin_l1(victim_table) == 0, "pin");
	free_frame(mfn_of(victim_table));
	must(unpin(victim_table) == 0, "unpin");
}

/*
 * A page that is still mapped, given back twice: the mapping keeps it alive. So long it is ours, or
 * by giving back what we keep we could have all memory of the machine.
 */
static void free_mapped(u32 pin)
{
	u32 pfn = ((u32)victim_data - VIRT_BASE) / PAGE_SIZE, got = pfn, mfn = mfn_of(victim_data);
	s32 before = reservation();

	if (pin)
		must(read_only(victim_data) == 0, "read-only");
	must(decrease(mfn) == 1, "decrease");
	done_none(decrease(mfn));
	done_none(memory_op(XENMEM_populate_physmap, (u32)&got, 1, 0, DOMID_SELF));
	must(reservation() == before, "does-not-count");
	if (pin) /* it cannot live longer than its mapping, even so */
		must(mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0) < 0 ||
			 mmuext(MMUEXT_UNPIN_TABLE, mfn, 0) == 0,
		     "pin-stays");
	must(update_va((u32)victim_data, 0) == 0, "unmap");
	must(reservation() == before - 1, "still-counts");
	verdict_errno(update_va((u32)victim_other, mfn * PAGE_SIZE | PTE_P));
	must(memory_op(XENMEM_populate_physmap, (u32)&got, 1, 0, DOMID_SELF) == 1, "populate");
	((u32 *)start_info->mfn_list)[pfn] = got;
	must(writable(victim_data) == 0, "map-again");
	must(victim_data[0] == 0, "old-contents");
}

static void list_at(u32 va)
{
	s32 before = reservation();

	done_none(memory_op(XENMEM_decrease_reservation, va, 1, 0, DOMID_SELF));
	done_none(memory_op(XENMEM_populate_physmap, va, 1, 0, DOMID_SELF));
	must(reservation() == before, "reservation-changed");
}

/* One page is given back first, so that there is one to be had. */
static void answer_at(u32 va)
{
	u32 pfn = ((u32)victim_data - VIRT_BASE) / PAGE_SIZE, got = pfn;
	s32 before = reservation();

	must(update_va((u32)victim_data, 0) == 0, "unmap");
	must(decrease(mfn_of(victim_data)) == 1, "decrease");
	done_none(memory_op(XENMEM_increase_reservation, va, 1, 0, DOMID_SELF));
	must(reservation() == before - 1, "page-lost");
	must(memory_op(XENMEM_populate_physmap, (u32)&got, 1, 0, DOMID_SELF) == 1, "populate");
	((u32 *)start_info->mfn_list)[pfn] = got;
	must(writable(victim_data) == 0, "map-again");
}

static void answer_in_table(u32 unused)
{
	u32 *entry = pte_of(victim_other), before = *entry;

	(void)unused;
	answer_at((u32)entry);
	must(*entry == before, "entry-changed");
}

static void argument_at(u32 va)
{
	for (u32 cmd = 0; cmd < 16; cmd++)
		if (cmd != XENMEM_maximum_ram_page)
			verdict_errno(HCALL(memory_op, cmd, va, 0, 0));
}

static void order(u32 order)
{
	u32 mfn = mfn_of(victim_data);
	s32 before = reservation();

	verdict_errno(memory_op(XENMEM_decrease_reservation, (u32)&mfn, 1, order, DOMID_SELF));
	verdict_errno(memory_op(XENMEM_increase_reservation, 0, 1, order, DOMID_SELF));
	must(reservation() == before, "reservation-changed");
}

static void count(u32 extents)
{
	s32 before = reservation();

	done_none(memory_op(XENMEM_decrease_reservation, UNMAPPED, extents, 0, DOMID_SELF));
	done_none(memory_op(XENMEM_increase_reservation, 0, extents, 0, DOMID_SELF));
	must(reservation() == before, "reservation-changed");
}

/* The part of the command that says how much was done already is ours to forge. */
static void start_extent(u32 start)
{
	struct xen_memory_reservation r = {IN_HV, 1, 0, 0, DOMID_SELF, 0};

	done_none(
	    HCALL(memory_op, XENMEM_decrease_reservation | start << MEMOP_EXTENT_SHIFT, &r, 0, 0));
}

/* A list at the end of memory, of which the first word is said to be done: behind it comes nothing,
 * and not address 0, which would mean that nobody wants to be told. */
static void resumed_at_the_end(u32 va)
{
	struct xen_memory_reservation r = {va, 8, 0, 0, DOMID_SELF, 0};
	u32 done = 1 << MEMOP_EXTENT_SHIFT, pfn = ((u32)victim_data - VIRT_BASE) / PAGE_SIZE;
	s32 before = reservation(), ret;

	must(update_va((u32)victim_data, 0) == 0, "unmap");
	must(decrease(mfn_of(victim_data)) == 1, "decrease");
	ret = HCALL(memory_op, XENMEM_increase_reservation | done, &r, 0, 0);
	done_none(ret == 1 ? 0 : ret);
	must(reservation() == before - 1, "page-lost");
	must(memory_op(XENMEM_populate_physmap, (u32)&pfn, 1, 0, DOMID_SELF) == 1, "populate");
	((u32 *)start_info->mfn_list)[((u32)victim_data - VIRT_BASE) / PAGE_SIZE] = pfn;
	must(writable(victim_data) == 0, "map-again");
}

static void domain(u32 domid)
{
	domid_t dom = domid;
	u32 mfn = mfn_of(victim_data);

	verdict_errno(memory_op(XENMEM_decrease_reservation, (u32)&mfn, 1, 0, domid));
	verdict_errno(memory_op(XENMEM_increase_reservation, 0, 1, 0, domid));
	verdict_errno(HCALL(memory_op, XENMEM_current_reservation, &dom, 0, 0));
}

static void populate(u32 pfn)
{
	done_none(memory_op(XENMEM_populate_physmap, (u32)&pfn, 1, 0, DOMID_SELF));
}

CASES = {
    {"memory-free-hv-frame", 0, 0, free_frame, 0x100},
    {"memory-free-frame-0", 0, 0, free_frame, 0},
    {"memory-free-nonexistent", 0, 0, free_nonexistent, 0},
    {"memory-free-shared-info", 0, 0, free_shared, 0},
    {"memory-free-pinned", 0, 0, free_pinned, 0},
    {"memory-free-mapped-twice", 0, 0, free_mapped, 0},
    {"memory-free-then-pin", 0, 0, free_mapped, 1},
    {"memory-list-in-hv", 0, 0, list_at, IN_HV},
    {"memory-list-unmapped", 0, 0, list_at, UNMAPPED},
    {"memory-list-wraps", 0, 0, list_at, 0xFFFFFFFE},
    {"memory-answer-in-hv", 29, 0, answer_at, IN_HV},
    {"memory-answer-in-m2p", 212, 0, answer_at, MACH2PHYS_VIRT_START},
    {"memory-answer-in-table", 212, 0, answer_in_table, 0},
    {"memory-answer-wraps", 212, 0, answer_at, 0xFFFFFFFE},
    {"memory-argument-in-hv", 0, 0, argument_at, IN_HV},
    {"memory-argument-unmapped", 0, 0, argument_at, UNMAPPED},
    {"memory-order-1", 31, 0, order, 1},
    {"memory-order-huge", 31, 0, order, 0xFFFFFFFF},
    {"memory-huge-count", 0, 0, count, 0x0FFFFFFF},
    {"memory-count-overflows", 0, 0, count, 0xFFFFFFFF},
    {"memory-start-extent", 212, 0, start_extent, 5},
    {"memory-start-extent-huge", 212, 0, start_extent, 0x0FFFFFFF},
    {"memory-resumed-at-the-end", 212, 0, resumed_at_the_end, 0xFFFFFFFC},
    {"memory-domain-1", 0, 0, domain, 1},
    {"memory-domain-xen", 0, 0, domain, 0x7FF2},
    {"memory-populate-beyond", 0, 0, populate, 0x00FFFFFF},
};

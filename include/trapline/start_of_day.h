/*
 * start_of_day.h: where what lies that a direct-mode domain finds when it starts, as Xen's domain
 * builder has it. The hypervisor makes the first domain so, Domain 0 (tl) all others.
 *
 * From VIRT_BASE on, and with guest frame 0 there: its kernel, the initrd, the list of its machine
 * frames, start_info, if it is not Domain 0 a page for the store and one for the console, its page
 * tables (read-only), a stack, and at least 512 KB of free memory up to the next 4 MB boundary. All
 * that is mapped; the rest of its memory is not.
 */
#ifndef TRAPLINE_START_OF_DAY_H
#define TRAPLINE_START_OF_DAY_H

#include "xen/xen.h"

#define DAY_PAGE    4096u
#define DAY_PADDING (512u << 10)
#define MB4	    (4u << 20)

/** Linear addresses, each page-aligned. */
struct layout {
	u32 start; /* of guest frame 0 */
	u32 initrd, p2m, start_info, store, console, tables, stack, stack_end, end;
	u32 nr_tables; /* the page directory first */
};

static inline u32 round_up(u32 n, u32 unit)
{
	return (n + unit - 1) & ~(unit - 1);
}

/**
 * Lay it out from at->start on. The number of page tables depends on how much there is to map, the
 * tables included.
 * @param first it is Domain 0, which has nobody to talk to about the store: it makes it
 * @return false if it does not fit into nr_pages of memory
 */
static inline bool lay_out(struct layout *at, u32 kernel_end, u32 initrd_len, u32 nr_pages,
			   bool first)
{
	u32 room = nr_pages * DAY_PAGE;

	at->initrd = round_up(kernel_end, DAY_PAGE);
	/* Before the sums below can wrap around. */
	if (kernel_end - at->start > room || initrd_len > room ||
	    kernel_end > HYPERVISOR_VIRT_START - MB4 - room)
		return false;
	at->p2m = round_up(at->initrd + initrd_len, DAY_PAGE);
	at->start_info = round_up(at->p2m + nr_pages * sizeof(u32), DAY_PAGE);
	at->store = at->start_info + DAY_PAGE;
	at->console = at->store + DAY_PAGE;
	at->tables = first ? at->store : at->console + DAY_PAGE;
	for (at->nr_tables = 2;; at->nr_tables++) {
		at->stack = at->tables + at->nr_tables * DAY_PAGE;
		at->stack_end = at->stack + DAY_PAGE;
		at->end = round_up(at->stack_end + DAY_PADDING, MB4);
		if ((at->end - (at->start & ~(MB4 - 1))) / MB4 + 1 <= at->nr_tables)
			break;
	}
	return at->end - at->start <= room;
}

#endif

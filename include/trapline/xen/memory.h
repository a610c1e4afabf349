/*
 * memory.h: memory_op, by which a guest gives memory back and asks for more, as in Xen 3.0.0.
 */
#ifndef TRAPLINE_XEN_MEMORY_H
#define TRAPLINE_XEN_MEMORY_H

/* memory_op(cmd, void *arg). Bits 4 and up of cmd say how many extents are done already: that is
 * how an interrupted call goes on. */
#define XENMEM_increase_reservation 0
#define XENMEM_decrease_reservation 1
#define XENMEM_maximum_ram_page	    2 /* arg NULL; returns the highest machine frame number */
#define XENMEM_current_reservation  3 /* arg domid_t *; returns pages */
#define XENMEM_maximum_reservation  4 /* the same */
#define XENMEM_populate_physmap	    6
#define XENMEM_exchange		    11
#define MEMOP_EXTENT_SHIFT	    4
#define MEMOP_CMD_MASK		    15u

#ifndef __ASSEMBLER__
#include "../types.h"

/** Returns how many extents were allocated or freed. */
struct xen_memory_reservation {
	u32 extent_start; /* linear address of a u32 array: mfns (decrease: in; increase: out, may
			   * be NULL; populate_physmap: pfns in, mfns out) */
	u32 nr_extents;
	u32 extent_order; /* each of 2^order pages: only 0 */
	u32 address_bits;
	u16 domid; /* DOMID_SELF */
	u16 pad;
};
/**
 * XENMEM_exchange, as in Xen 3.1: frames for as many others. in: mfns, each the first of an extent;
 * nothing may refer to them. out: in, which pfn the first page of each new extent gets; out, its
 * mfn; address_bits: the new ones lie below 2^address_bits (0: anywhere). Extents of up to 2^8
 * pages; in Xen only a domain that drives devices may ask for more than one page in one piece.
 * Returns 0 or an error; of the old extents nr_exchanged have been exchanged: 0 at first.
 */
struct xen_memory_exchange {
	struct xen_memory_reservation in, out;
	u32 nr_exchanged;
};
_Static_assert(sizeof(struct xen_memory_exchange) == 44, "xen_memory_exchange");
_Static_assert(sizeof(struct xen_memory_reservation) == 20, "xen_memory_reservation");
#endif
#endif

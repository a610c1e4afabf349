/*
 * choose.h: which form of writable page tables a burst of writes gets.
 *
 * A guest that asks for VMASST_TYPE_writable_pagetables does not care how. Emulating costs with
 * each write, unhooking once; how many writes will follow is not known. So the first ones are
 * emulated, until they have cost as much as unhooking, and then the table is unhooked. In any case
 * that costs at most twice what the better form would have. (Xen 3.0.0 unhooks
 * at the first write.)
 */
#ifndef HV_DIRECT_CHOOSE_H
#define HV_DIRECT_CHOOSE_H

#include "mmu/direct/direct.h"

/* By make bench: unhooking and hooking again cost about as much as nine emulated writes. */
#define EMULATED_FIRST 8

/** A write to page table `table` has trapped: shall it be unhooked, or the write emulated? */
static inline bool unhook_now(struct domain *d, mfn_t table)
{
	struct direct_state *s = d->direct;

	if (d->vm_assist & ASSIST_UNHOOK)
		return true;
	if (!(d->vm_assist & ASSIST_WRITABLE))
		return false;
	if (s->burst.n != table.n) {
		s->burst = table;
		s->burst_writes = 0;
	}
	return ++s->burst_writes > EMULATED_FIRST;
}

#endif

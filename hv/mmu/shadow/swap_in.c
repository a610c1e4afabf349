/* swap_in.c: pages that come back from the swap disk. */
#include "dom/domain.h"
#include "mem/swap.h"
#include "mmu/shadow/reclaim.h"
#include "trace/trace.h"

void swap_forget(struct domain *d, u32 n)
{
	swap_free(d->p2m[n].n & ~P2M_SWAPPED);
	d->p2m[n] = mfn(INVALID_FRAME);
	d->reserve.swapped--;
}

bool swap_in(struct domain *d, u32 n, mfn_t m)
{
	u32 slot = d->p2m[n].n & ~P2M_SWAPPED;

	if (!swap_get(slot, m)) {
		domain_kill(d, END_no_memory, n,
			    "a page of it cannot be read back from the swap "
			    "disk");
		return false;
	}
	swap_forget(d, n);
	frame_of(m)->flags |= FRAME_USED;
	d->reserve.ins++;
	trace_swap_in(d->vcpus, LANE_VMM, LANE_VMM, n, m.n, swap_sector(slot),
		      current->domain == d ? current->regs->vec : SWAP_IN_FOREIGN);
	return true;
}

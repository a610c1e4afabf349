/*[H69] update.c: changing one entry of a page table that is in use. */
#include "mmu/direct/entry.h"

int l1_update(struct domain *d, u32 *table, u32 index, u32 val)
{
	/* LAB 03.2a BEGIN */
	u32 old = table[index];
	int err;

	/* The same frame with the same rights, or nothing before and after: no reference moves. */
	if (((old ^ val) & ~L1E_HARMLESS) == 0 || ((old | val) & PTE_P) == 0) {
		table[index] = val;
		return 0;
	}
	err = l1e_get(d, val);
	if (err)
		return err;
	table[index] = val;
	l1e_put(d, old);
	return 0;
	/* LAB 03.2a END */
}

int l2_update(struct domain *d, struct frame *f, u32 *table, u32 index, u32 val)
{
	/* LAB 03.3b BEGIN */
	u32 old = table[index];
	int err;

	/* The hypervisor's own slots, and a directory that is only half valid. */
	if (index >= HV_SLOT || !(f->flags & FRAME_VALIDATED))
		return -EINVAL;
	if (((old ^ val) & ~L2E_HARMLESS) == 0 || ((old | val) & PTE_P) == 0) {
		table[index] = val;
		return 0;
	}
	err = l2e_get(d, frame_mfn(f), index, val);
	if (err)
		return err;
	table[index] = val;
	l2e_put(d, frame_mfn(f), old);
	return 0;
	/* LAB 03.3b END */
}

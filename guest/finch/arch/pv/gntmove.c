/*
 * gntmove.c (pv): what programs of Domain 0 exchange with pages that are granted for it, without
 * mapping them: dev/xen/gntmove.
 *
 * read() carries out the requests that lie in its buffer (struct grant_move of abi.h) and answers
 * in place: bytes are copied by the hypervisor, all in one call; or a page of the program's goes to
 * a domain that accepts one, and another comes into its place here.
 */
#include <trapline/xen/grant_table.h>
#include <trapline/xen/memory.h>
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"
#include "proc/proc.h"

#define AT_ONCE 64u

static struct gnttab_copy copies[AT_ONCE];

/* The entry for a page of the program's that nobody else has, and that it may write. */
static pte_t *own_page(u32 va)
{
	const struct region *region = region_find(&current->space, va);
	pte_t *slot;

	if (!region || region->foreign || !(region->prot & PROT_WRITE))
		return NULL;
	slot = table_find(&current->space, va);
	if (!slot || !(slot->v & PTE_P) || !(slot->v & PTE_RW)) {
		if (space_fault(&current->space, va, true) != FAULT_DONE)
			return NULL;
		slot = table_find(&current->space, va);
	}
	return slot;
}

static bool prepare(struct gnttab_copy *c, const struct grant_move *m)
{
	struct gnttab_copy_end here = {.domid = DOMID_SELF, .offset = m->va & (PAGE_SIZE - 1)},
			       there = {m->ref, m->domid, m->offset};
	bool out = m->flags & MOVE_TO;
	const pte_t *slot = own_page(m->va);

	if (!slot)
		return false;
	here.page = slot->v >> PAGE_SHIFT;
	*c = (struct gnttab_copy){.source = out ? here : there,
				  .dest = out ? there : here,
				  .len = m->len,
				  .flags = out ? GNTCOPY_dest_gref : GNTCOPY_source_gref};
	return true;
}

/* The first ones of n that are to be copied. @return how many; 0: the first is not */
static u32 copy_some(struct grant_move *m, u32 n)
{
	u32 k = 0;

	while (k < n && k < AT_ONCE && !(m[k].flags & MOVE_PAGE) && prepare(&copies[k], &m[k]))
		k++;
	if (k && hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_copy, (u32)copies, k, 0))
		panic("GNTTABOP_copy cannot be asked for");
	for (u32 i = 0; i < k; i++)
		m[i].status = copies[i].status ? -EINVAL : 0;
	return k;
}

/* A new frame under an old number. @return false: there is no memory for it */
static bool populate(u32 pfn, u32 *mfn)
{
	struct xen_memory_reservation r = {
	    .extent_start = (u32)mfn, .nr_extents = 1, .domid = DOMID_SELF};

	*mfn = pfn;
	return hypercall(__HYPERVISOR_memory_op, XENMEM_populate_physmap, (u32)&r, 0, 0) == 1;
}

/* Give the page at va away. Without memory for another nothing is left there, until it is touched;
 * and the old one's number is lost. */
static s32 give(const struct grant_move *m)
{
	struct gnttab_transfer op = {.domid = m->domid, .ref = m->ref};
	u32 va = m->va & ~(PAGE_SIZE - 1u), flags, pfn;
	pte_t *slot = own_page(va);

	pfn = slot ? pte_pfn(*slot) : NO_FRAME;
	if (!slot || frame_users(pfn) != 1)
		return -EINVAL;
	flags = slot->v & PTE_FLAGS;
	mmu_remap(va, slot, (pte_t){0});
	op.mfn = mmu_take_out(pfn);
	if (hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_transfer, (u32)&op, 1, 0))
		op.status = GNTST_general_error;
	if (!op.status && !populate(pfn, &op.mfn))
		return 0;
	mmu_put_in(pfn, op.mfn);
	mmu_remap(va, slot, pte_make(pfn, flags));
	return op.status ? -EINVAL : 0;
}

static s32 gntmove_read(struct file *f, u8 *buf, u32 n)
{
	static struct grant_move moves[AT_ONCE];
	u32 count = n / sizeof(moves[0]), done = 0;

	(void)f;
	if (count > AT_ONCE)
		return -E2BIG;
	memcpy(moves, buf, count * sizeof(moves[0]));
	while (done < count) {
		u32 k = copy_some(moves + done, count - done);

		if (!k)
			moves[done].status =
			    moves[done].flags & MOVE_PAGE ? give(&moves[done]) : -EINVAL;
		done += k ? k : 1;
	}
	memcpy(buf, moves, count * sizeof(moves[0]));
	return (s32)(count * sizeof(moves[0]));
}

static s32 gntmove_write(struct file *f, const u8 *buf, u32 n)
{
	(void)f, (void)buf, (void)n;
	return -EINVAL;
}

const struct device gntmove_device = {.read = gntmove_read, .write = gntmove_write};

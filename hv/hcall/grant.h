/* grant.h: the operations of grant_table_op: what they read of the guest, and answer. */
#ifndef HV_HCALL_GRANT_H
#define HV_HCALL_GRANT_H

#include "hcall/hcall.h"
#include "mmu/direct/walk.h"

/** Read an operation, of which nothing is done unless its outcome can be told.
 * @return 0 or -EFAULT */
static ALWAYS_INLINE int grant_op_read(struct vcpu *v, vaddr_t va, void *op, u32 len)
{
	const u32 *page = (const u32 *)find_page(v, va, len, true);

	if (!page)
		return copy_from_guest(v, op, va, len) || copy_to_guest(v, va, op, len) ? -EFAULT
											: 0;
#pragma GCC unroll 8
	for (u32 i = 0; i < len / sizeof(u32); i++)
		((u32 *)op)[i] = page[i];
	return 0;
}

/** Tell the guest what it is to know of `op`, which is all from this member on. */
#define grant_op_answer(v, va, op, member)                                                         \
	copy_to_guest(v, (va) + offsetof(typeof(*(op)), member), &(op)->member,                    \
		      sizeof(*(op)) - offsetof(typeof(*(op)), member))

/* hand_over.c: operations at `va`. @return 0 or -EFAULT */
s32 grant_transfer(struct vcpu *v, vaddr_t va);
s32 grant_copy(struct vcpu *v, vaddr_t va);

#endif

/* copy.c: the guest's memory, where a hypercall's arguments and answers lie. */
#include "hcall/hcall.h"
#include "lib/string.h"
#include "mmu/direct/walk.h"

int copy_from_guest_slowly(struct vcpu *v, void *dst, vaddr_t src, u32 len)
{
	const u8 *page = soft_tlb_fill(v, src, len, false);
	struct guest_fault pf;

	if (!page)
		return guest_read(v, src, dst, len, 0, &pf) ? 0 : -EFAULT;
	memcpy(dst, page, len);
	return 0;
}

int copy_to_guest_slowly(struct vcpu *v, vaddr_t dst, const void *src, u32 len)
{
	u8 *page = soft_tlb_fill(v, dst, len, true);
	struct guest_fault pf;

	if (!page)
		return guest_write(v, dst, src, len, 0, &pf) ? 0 : -EFAULT;
	memcpy(page, src, len);
	return 0;
}

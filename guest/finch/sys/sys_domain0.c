/* sys_domain0.c: system calls by which programs of Domain 0 manage other domains. */
#include "sys/sys.h"
#include "string.h"

s32 sys_hypercall(u32 va, UNUSED_ARG b, UNUSED_ARG c)
{
	struct hyper_call call;

	if (!user_range(&current->space, va, sizeof(call), PROT_READ))
		return -EFAULT;
	memcpy(&call, (void *)va, sizeof(call));
	return arch_hypercall(&call);
}

s32 sys_foreign(u32 va, UNUSED_ARG b, UNUSED_ARG c)
{
	struct foreign_copy copy;

	if (!user_range(&current->space, va, sizeof(copy), PROT_READ))
		return -EFAULT;
	memcpy(&copy, (void *)va, sizeof(copy));
	if (copy.offset > PAGE_SIZE || copy.len > PAGE_SIZE - copy.offset)
		return -EINVAL;
	if (!user_range(&current->space, (u32)copy.buf, copy.len,
			copy.write ? PROT_READ : PROT_WRITE))
		return -EFAULT;
	return arch_foreign(&copy);
}

s32 sys_map_foreign(u32 va, u32 domid, u32 frame)
{
	struct region *r = region_find(&current->space, va);

	if (!r || !r->foreign || va & (PAGE_SIZE - 1))
		return -EINVAL;
	return table_make(&current->space, va) ? arch_map_foreign(va, domid, frame) : -ENOMEM;
}

/* pv.h: what the direct-mode kernels here ask of the hypervisor in the same way. */
#ifndef BALLOON_PV_H
#define BALLOON_PV_H

#include <trapline/xen/memory.h>
#include <trapline/xen/xen.h>
#include "../../kit/hypercall.h"

static inline bool map(const void *va, u32 pte)
{
	return !HCALL(update_va_mapping, (u32)va, pte, 0, UVMF_INVLPG);
}

static inline s32 memory_op(u32 cmd, u32 *word)
{
	struct xen_memory_reservation r = {
	    .extent_start = (u32)word, .nr_extents = 1, .domid = DOMID_SELF};

	return HCALL(memory_op, cmd, (u32)&r, 0, 0);
}

#endif

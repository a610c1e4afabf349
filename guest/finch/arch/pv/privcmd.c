/*
 * privcmd.c (pv): programs of Domain 0 manage the machine: their hypercalls, and the memory of
 * other domains, a page at a time through a window, or mapped into a process for good.
 */
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"

bool is_domain0;

static u8 window[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static s32 hypercall5(u32 nr, u32 a, u32 b, u32 c, u32 d, u32 e)
{
	s32 result;

	asm volatile("int %[vector]"
		     : "=a"(result), "+b"(a), "+c"(b), "+d"(c), "+S"(d), "+D"(e)
		     : "0"(nr), [vector] "i"(XEN_HYPERCALL_VECTOR)
		     : "memory");
	return result;
}

/* Hypercalls and mapped pages of others hold machine addresses of this domain's programs. */
bool arch_pages_stay(void)
{
	return is_domain0;
}

s32 arch_hypercall(const struct hyper_call *c)
{
	const u32 *a = c->args;

	return is_domain0 ? hypercall5(c->nr, a[0], a[1], a[2], a[3], a[4]) : -ENOSYS;
}

s32 arch_foreign(const struct foreign_copy *c)
{
	u32 flags = PTE_P | PTE_A | (c->write ? PTE_RW | PTE_D : 0);
	u32 own = pte_make(frame_of(window), PTE_P | PTE_RW | PTE_A | PTE_D).v;
	s32 err;

	if (!is_domain0)
		return -ENOSYS;
	err = hypercall5(__HYPERVISOR_update_va_mapping_otherdomain, (u32)window,
			 c->frame << PAGE_SHIFT | flags, 0, UVMF_INVLPG, c->domid);
	if (err)
		return err;
	if (c->write)
		memcpy(window + c->offset, c->buf, c->len);
	else
		memcpy(c->buf, window + c->offset, c->len);
	/* No reference to that page stays. */
	if (hyper_update_va_mapping(window, own, UVMF_INVLPG))
		panic("the window to other domains does not close");
	return 0;
}

s32 arch_map_foreign(vaddr_t va, u32 domid, u32 frame)
{
	u32 flags = PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D | PTE_FOREIGN;

	if (!is_domain0)
		return -ENOSYS;
	if (frame == NO_FOREIGN_FRAME)
		return hyper_update_va_mapping((void *)va, 0, UVMF_INVLPG);
	return hypercall5(__HYPERVISOR_update_va_mapping_otherdomain, va,
			  frame << PAGE_SHIFT | flags, 0, UVMF_INVLPG, domid);
}

const struct device *arch_device(const char *name)
{
	if (!strcmp(name, "dev/xen/xenbus"))
		return &xenbus_device;
	if (!strcmp(name, "dev/xen/blkfront"))
		return &blkfront_device;
	if (!strcmp(name, "dev/xen/netfront"))
		return &vif0_device;
	if (!is_domain0)
		return NULL;
	if (!strcmp(name, "dev/xen/gntdev"))
		return &gntdev_device;
	if (!strcmp(name, "dev/xen/gntmove"))
		return &gntmove_device;
	if (!strcmp(name, "dev/xen/trace"))
		return &trace_device;
	return !strcmp(name, "dev/xen/evtchn") ? &evtchn_device : NULL;
}

/*
 * balloon.c (pv): what the balloon asks of the hypervisor, by memory_op; the store says how much
 * memory we are to have (memory/target, xenbus.c).
 */
#include "balloon/balloon.h"
#include <trapline/xen/memory.h>
#include "hypercall.h"
#include "lib/lib.h"
#include "mm/mm.h"

static void map_page(u32 pfn, u32 entry)
{
	if (hyper_update_va_mapping(frame_address(pfn), entry, UVMF_INVLPG))
		panic("page %x cannot be mapped, or unmapped", pfn);
}

static void unmap(u32 pfn)
{
	map_page(pfn, 0);
}

static void map(u32 pfn, u32 mfn)
{
	map_page(pfn, mfn << PAGE_SHIFT | PTE_P | PTE_RW | PTE_A | PTE_D);
}

static void set_m2p(u32 mfn, u32 pfn)
{
	struct mmu_update u = {.ptr = (u64)mfn << PAGE_SHIFT | MMU_MACHPHYS_UPDATE, .val = pfn};

	if (hyper_mmu_update(&u, 1))
		panic("frame %x cannot be page %x", mfn, pfn);
}

static s32 change(u32 cmd, const u32 *list, u32 n)
{
	struct xen_memory_reservation r = {
	    .extent_start = (u32)list, .nr_extents = n, .domid = DOMID_SELF};

	return hypercall(__HYPERVISOR_memory_op, cmd, (u32)&r, 0, 0);
}

static s32 release(const u32 *list, u32 n)
{
	return change(XENMEM_decrease_reservation, list, n);
}

static s32 claim(u32 *list, u32 n)
{
	return change(XENMEM_increase_reservation, list, n);
}

static const struct balloon_ops ops = {
    .take = memory_take,
    .give = frame_put,
    .unmap = unmap,
    .map = map,
    .set_m2p = set_m2p,
    .release = release,
    .claim = claim,
};

s32 arch_balloon(struct balloon *b)
{
	if (!xenbus_port())
		return -ENODEV;
	xenbus_watch_target();
	b->ops = &ops;
	b->p2m = (u32 *)mfn_list;
	b->nr_pages = frames_all();
	return 0;
}

u32 arch_balloon_target(u32 all_pages)
{
	u32 kb = xenbus_target();

	return kb ? kb / (PAGE_SIZE / 1024) : all_pages;
}

/* What this domain has is in the machine's memory: nobody pages behind its back. */
u32 arch_balloon_share(u32 all_pages)
{
	return all_pages;
}

u32 arch_balloon_poll(void)
{
	return 0;
}

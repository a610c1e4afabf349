/* map.c: getting forbidden mappings into page tables that are in use. */
#include "pv.h"

#define HV_MFN	 0x100u /* the hypervisor's first frame */
#define VGA_MFN	 0xB8u	/* a device's memory */
#define APIC_MFN 0xFEE00u

/* Map frame `mfn` where victim_data is, and see that nothing changed. */
static void map_at_data(u32 mfn, u32 flags)
{
	u32 before = *pte_of(victim_data);

	verdict_errno(update_va((u32)victim_data, mfn * PAGE_SIZE | flags));
	must(*pte_of(victim_data) == before, "entry-changed");
	/* The other way to the same entry. */
	verdict_errno(mmu_update(pte_maddr(victim_data), mfn * PAGE_SIZE | flags));
	must(*pte_of(victim_data) == before, "entry-changed");
}

static void map_ro(u32 mfn)
{
	map_at_data(mfn, PTE_P | PTE_US);
}

static void map_rw(u32 mfn)
{
	map_at_data(mfn, PTE_NORMAL);
}

static void map_nonexistent(u32 beyond)
{
	map_rw(nonexistent_mfn + beyond);
}

/* A frame that we had once, and gave back. */
static void map_free(u32 flags)
{
	u32 mfn = mfn_of(victim_data), got = ((u32)victim_data - VIRT_BASE) / PAGE_SIZE;
	struct xen_memory_reservation r = {(u32)&mfn, 1, 0, 0, DOMID_SELF, 0};

	must(update_va((u32)victim_data, 0) == 0, "unmap");
	must(HCALL(memory_op, XENMEM_decrease_reservation, &r, 0, 0) == 1, "decrease");
	verdict_errno(update_va((u32)victim_data, mfn * PAGE_SIZE | flags));
	must(*pte_of(victim_data) == 0, "entry-changed");
	/* Get a page again, perhaps the same. */
	r.extent_start = (u32)&got;
	must(HCALL(memory_op, XENMEM_populate_physmap, &r, 0, 0) == 1, "populate");
	((u32 *)start_info->mfn_list)[((u32)victim_data - VIRT_BASE) / PAGE_SIZE] = got;
	must(writable(victim_data) == 0, "map-again");
	must(victim_data[0] == 0, "old-contents");
}

static void map_page_table(u32 flags)
{
	u32 *table = pte_of(victim_data);

	map_at_data(*pte_of(table) / PAGE_SIZE, flags);
}

static void map_directory(u32 flags)
{
	map_at_data(mfn_of((void *)start_info->pt_base), flags);
}

/* The table's own, read-only mapping: only one flag changes. */
static void flip_page_table(u32 unused)
{
	u32 *table = pte_of(victim_data), before = *pte_of(table);

	(void)unused;
	verdict_errno(update_va((u32)table & PAGE_MASK, before | PTE_RW));
	verdict_errno(mmu_update(pte_maddr(table), before | PTE_RW));
	must(*pte_of(table) == before, "entry-changed");
	verdict_trap(attempt(try_write, (u32)table));
}

static void flip_directory(u32 unused)
{
	u32 *dir = pde_of(0), before = *pte_of(dir);

	(void)unused;
	verdict_errno(update_va((u32)dir, before | PTE_RW));
	must(*pte_of(dir) == before, "entry-changed");
	verdict_trap(attempt(try_write, (u32)dir));
}

static void map_flags(u32 flags)
{
	map_at_data(mfn_of(victim_data), PTE_NORMAL | flags);
}

static void flush_unknown(u32 flags)
{
	u32 before = *pte_of(victim_data);

	verdict_errno(HCALL(update_va_mapping, victim_data, 0, 0, flags));
	must(*pte_of(victim_data) == before, "entry-changed");
	writable(victim_data);
}

static void map_hv_address(u32 va)
{
	verdict_errno(update_va(va, mfn_of(victim_data) * PAGE_SIZE | PTE_NORMAL));
}

static void map_gate_address(u32 offset)
{
	map_hv_address(gate_va() + offset);
}

/* No page table there to put it into. */
static void map_no_table(u32 va)
{
	verdict_errno(update_va(va, mfn_of(victim_data) * PAGE_SIZE | PTE_NORMAL));
}

CASES = {
    {"map-hv-frame-ro", 0, 0, map_ro, HV_MFN},
    {"map-hv-frame-rw", 0, 0, map_rw, HV_MFN},
    {"map-frame-0", 0, 0, map_rw, 0},
    {"map-video-memory", 0, 0, map_rw, VGA_MFN},
    {"map-apic", 0, 0, map_rw, APIC_MFN},
    {"map-last-mfn", 0, 0, map_ro, 0xFFFFF},
    {"map-nonexistent", 0, 0, map_nonexistent, 0},
    {"map-free-frame-ro", 0, 0, map_free, PTE_P},
    {"map-free-frame-rw", 0, 0, map_free, PTE_NORMAL},
    {"map-page-table-rw", 0, 0, map_page_table, PTE_NORMAL},
    {"map-page-table-user-rw", 0, 0, map_page_table, PTE_NORMAL | PTE_US},
    {"map-directory-rw", 0, 0, map_directory, PTE_NORMAL},
    {"flip-page-table-rw", 182, 0, flip_page_table, 0},
    {"flip-directory-rw", 182, 0, flip_directory, 0},
    {"map-pse-in-l1", 148, 0, map_flags, PTE_PS},
    {"map-global", 0, 0, map_flags, PTE_G},
    {"map-unknown-flush", 0, 0, flush_unknown, 3},
    {"va-m2p", 0, 0, map_hv_address, MACH2PHYS_VIRT_START},
    {"va-hv-image", 0, 0, map_hv_address, HV_LINEAR + HV_IMAGE_PHYS},
    {"va-window", 0, 0, map_hv_address, HV_WINDOW},
    {"va-gate-idt", 0, 0, map_gate_address, 0x1000},
    {"va-last-page", 0, 0, map_hv_address, 0xFFFFF000},
    {"va-without-table", 0, 0, map_no_table, 0x80000000},
};

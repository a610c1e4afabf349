/* directory.c: forbidden entries in page directories: large pages, maps of itself, the
 * hypervisor's slots. */
#include "pv.h"

#define SLOT   0x100u /* one that nobody uses */
#define HV_MFN 0x100u

/* Write an entry of the directory in use, and see that it did not change. */
static void refused_pde(u32 slot, u32 val)
{
	u32 before = *pde_of(slot);

	verdict_errno(mmu_update(pde_maddr(slot), val));
	must(*pde_of(slot) == before, "entry-changed");
}

static u32 live_slot(void)
{
	return (u32)victim_data >> 22;
}

/* Only a flag changes in an entry that is there. */
static void pde_flag(u32 flag)
{
	refused_pde(live_slot(), *pde_of(live_slot()) | flag);
}

/* A large page of the hypervisor's memory: through an empty entry, or in place of a table. */
static void pde_large(u32 replace)
{
	refused_pde(replace ? live_slot() : SLOT, HV_MFN * PAGE_SIZE | PDE_NORMAL | PTE_PS);
}

static void pde_frame(u32 mfn)
{
	refused_pde(SLOT, mfn * PAGE_SIZE | PDE_NORMAL);
}

static void pde_nonexistent(u32 unused)
{
	(void)unused;
	pde_frame(nonexistent_mfn);
}

/* victim_data is mapped writable: it cannot be a page table. */
static void pde_writable_page(u32 unused)
{
	(void)unused;
	refused_pde(SLOT, mfn_of(victim_data) * PAGE_SIZE | PDE_NORMAL);
	victim_data[0] = 1; /* it still is */
	must(victim_data[0] == 1, "page-not-writable");
}

static void pde_self_rw(u32 unused)
{
	(void)unused;
	refused_pde(SLOT, (pde_maddr(0) & PAGE_MASK) | PTE_NORMAL);
}

/* A read-only map of itself is legal. Making it writable by a flag is not. */
static void pde_self_flip(u32 unused)
{
	u32 *linear = (u32 *)(SLOT << 22 | ((u32)victim_data >> 12) * 4);
	u32 self = (pde_maddr(0) & PAGE_MASK) | PTE_P | PTE_A | PTE_D;

	(void)unused;
	must(mmu_update(pde_maddr(SLOT), self) == 0, "self-map");
	must(*linear == *pte_of(victim_data), "self-map-reads-otherwise");
	refused_pde(SLOT, self | PTE_RW);
	verdict_trap(attempt(try_write, (u32)linear));
	/* The directory's entries as seen through it are no page-table entries. */
	verdict_errno(update_va(SLOT << 22 | live_slot() << 12,
				mfn_of(victim_data) * PAGE_SIZE | PTE_NORMAL));
	must(mmu_update(pde_maddr(SLOT), 0) == 0, "unmap");
}

/* Another directory as a page table: legal in Xen once, and nested without end. */
static void pde_other_directory(u32 flags)
{
	must(read_only(victim_dir) == 0, "read-only");
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(victim_dir), 0) == 0, "pin");
	refused_pde(SLOT, mfn_of(victim_dir) * PAGE_SIZE | flags);
	/* And a chain: the directory in use below the new one. */
	verdict_errno(mmu_update(mfn_of(victim_dir) * PAGE_SIZE + SLOT * 4,
				 (pde_maddr(0) & PAGE_MASK) | flags));
	must(unpin(victim_dir) == 0, "unpin");
}

static void hv_slot(u32 va)
{
	refused_pde(va >> 22, 0);
	refused_pde(va >> 22, *pde_of(live_slot()));
	refused_pde(va >> 22, *pde_of(va >> 22) | PTE_RW | PTE_US);
}

static void gate_slot(u32 unused)
{
	(void)unused;
	hv_slot(gate_va());
}

/* A directory of our own making, with entries where the hypervisor's belong. */
static void hv_slot_before_pin(u32 unused)
{
	u32 slot = HV_BASE >> 22;

	(void)unused;
	memset(victim_dir, 0, PAGE_SIZE);
	for (; slot < 1024; slot++)
		victim_dir[slot] = *pde_of(live_slot());
	must(read_only(victim_dir) == 0, "read-only");
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(victim_dir), 0) == 0, "pin");
	verdict_silent(victim_dir[HV_BASE >> 22] == *pde_of(HV_BASE >> 22) &&
		       victim_dir[1023] == *pde_of(1023));
	must(unpin(victim_dir) == 0, "unpin");
}

/* A batch changes a directory entry and then, through it, a page: no old translation may be used.
 */
static void stale_walk(u32 unused)
{
	u32 table = mfn_of(victim_table) * PAGE_SIZE, other = mfn_of(victim_other) * PAGE_SIZE;
	u32 va = SLOT << 22, data = mfn_of(victim_data) * PAGE_SIZE | PTE_NORMAL;
	struct mmu_update hook = {pde_maddr(SLOT), other | PDE_NORMAL};
	struct multicall_entry call[] = {
	    {__HYPERVISOR_update_va_mapping, 0, {va, 0, 0, 0}},
	    {__HYPERVISOR_mmu_update, 0, {(u32)&hook, 1, 0, DOMID_SELF}},
	    {__HYPERVISOR_update_va_mapping, 0, {va, data, 0, 0}},
	};

	(void)unused;
	must(pin_l1(victim_table) == 0 && pin_l1(victim_other) == 0, "pin");
	must(mmu_update(pde_maddr(SLOT), table | PDE_NORMAL) == 0, "hook");
	must(HCALL(multicall, call, 3, 0, 0) == 0, "multicall");
	verdict_silent(victim_table[0] == 0 && victim_other[0] == data);
	must(mmu_update(pde_maddr(SLOT), 0) == 0, "unhook");
	must(mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0) == 0, "flush");
	must(unpin(victim_table) == 0 && unpin(victim_other) == 0, "unpin");
}

CASES = {
    {"pde-pse-flag", 148, 0, pde_flag, PTE_PS},
    {"pde-pse-rw-flags", 148, 0, pde_flag, PTE_PS | PTE_RW | PTE_US},
    {"pde-large-new", 148, 0, pde_large, 0},
    {"pde-large-replace", 148, 0, pde_large, 1},
    {"pde-global-flag", 0, 0, pde_flag, PTE_G},
    {"pde-hv-frame", 0, 0, pde_frame, HV_MFN},
    {"pde-nonexistent", 0, 0, pde_nonexistent, 0},
    {"pde-writable-page", 0, 0, pde_writable_page, 0},
    {"pde-self-rw", 182, 0, pde_self_rw, 0},
    {"pde-self-flip-rw", 182, 0, pde_self_flip, 0},
    {"pde-linear-chain-ro", 240, 0, pde_other_directory, PTE_P | PTE_A},
    {"pde-linear-chain-rw", 240, 0, pde_other_directory, PTE_NORMAL},
    {"pde-m2p-slot", 0, 0, hv_slot, MACH2PHYS_VIRT_START},
    {"pde-hv-slot", 0, 0, hv_slot, HV_LINEAR},
    {"pde-last-slot", 0, 0, hv_slot, 0xFFC00000},
    {"pde-gate-slot", 0, 0, gate_slot, 0},
    {"pde-hv-slot-before-pin", 0, 0, hv_slot_before_pin, 0},
    {"pde-stale-walk", 286, 0, stale_walk, 0},
};

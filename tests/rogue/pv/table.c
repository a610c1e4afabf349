/* table.c: pinning, unpinning and basing on what is no page table. */
#include "pv.h"

#define HV_MFN 0x100u

static void op_on(u32 cmd, const void *page)
{
	verdict_errno(mmuext(cmd, mfn_of(page), 0));
}

/* Fill victim_table's last entry with `pte`, make it read-only, and try to pin it. */
static void pin_bad_l1(u32 pte)
{
	victim_table[0] = mfn_of(victim_data) * PAGE_SIZE | PTE_NORMAL; /* a good one first */
	victim_table[1023] = pte;
	must(read_only(victim_table) == 0, "read-only");
	op_on(MMUEXT_PIN_L1_TABLE, victim_table);
	/* What the good entry held was let go again: victim_data can become a table. */
	must(pin_l1(victim_data) == 0 && unpin(victim_data) == 0, "entry-held");
	must(writable(victim_table) == 0, "table-not-writable");
}

static void bad_frame_in_l1(u32 mfn)
{
	pin_bad_l1(mfn * PAGE_SIZE | PTE_NORMAL);
}

static void pse_in_l1(u32 unused)
{
	(void)unused;
	pin_bad_l1(mfn_of(victim_other) * PAGE_SIZE | PTE_NORMAL | PTE_PS);
}

static void l1_maps_itself(u32 unused)
{
	(void)unused;
	pin_bad_l1(mfn_of(victim_table) * PAGE_SIZE | PTE_NORMAL);
}

static void l1_maps_directory(u32 unused)
{
	(void)unused;
	pin_bad_l1((pde_maddr(0) & PAGE_MASK) | PTE_NORMAL);
}

static void pin_bad_l2(u32 pde)
{
	victim_dir[1007] = pde;
	must(read_only(victim_dir) == 0, "read-only");
	op_on(MMUEXT_PIN_L2_TABLE, victim_dir);
	op_on(MMUEXT_NEW_BASEPTR, victim_dir);
	must(writable(victim_dir) == 0, "directory-not-writable");
}

static void bad_frame_in_l2(u32 mfn)
{
	pin_bad_l2(mfn * PAGE_SIZE | PDE_NORMAL);
}

static void large_page_in_l2(u32 unused)
{
	(void)unused;
	pin_bad_l2(PDE_NORMAL | PTE_PS);
}

static void writable_page_in_l2(u32 unused)
{
	(void)unused;
	pin_bad_l2(mfn_of(victim_data) * PAGE_SIZE | PDE_NORMAL);
}

static void self_rw_in_l2(u32 unused)
{
	(void)unused;
	pin_bad_l2(mfn_of(victim_dir) * PAGE_SIZE | PTE_NORMAL);
}

/* A page that is mapped writable, as whatever. */
static void op_on_writable(u32 cmd)
{
	op_on(cmd, victim_data);
	victim_data[0] = 1;
	must(victim_data[0] == 1, "page-not-writable");
}

static void op_on_mfn(u32 cmd)
{
	verdict_errno(mmuext(cmd, HV_MFN, 0));
	verdict_errno(mmuext(cmd, nonexistent_mfn, 0));
	verdict_errno(mmuext(cmd, 0xFFFFFFFF, 0));
}

static void op_on_l1(u32 cmd)
{
	must(pin_l1(victim_table) == 0, "pin");
	op_on(cmd, victim_table);
	must(unpin(victim_table) == 0, "unpin");
}

static void op_on_l2(u32 cmd)
{
	must(read_only(victim_dir) == 0, "read-only");
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(victim_dir), 0) == 0, "pin");
	op_on(cmd, victim_dir);
	must(unpin(victim_dir) == 0, "unpin");
}

/* The current directory may be released, but not while the CPU walks it. */
static void unpin_current(u32 unused)
{
	u32 mfn = mfn_of((void *)start_info->pt_base);

	(void)unused;
	must(mmuext(MMUEXT_UNPIN_TABLE, mfn, 0) == 0, "unpin");
	verdict_errno(update_va(start_info->pt_base, mfn * PAGE_SIZE | PTE_NORMAL));
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn, 0) == 0, "pin-again");
}

static void double_unpin(u32 unused)
{
	(void)unused;
	must(pin_l1(victim_table) == 0 && unpin(victim_table) == 0, "pin");
	op_on(MMUEXT_UNPIN_TABLE, victim_table);
}

/* A leak of one type reference for each failure shows only at the end. */
static void failures_leak_nothing(u32 unused)
{
	(void)unused;
	for (u32 i = 0; i < 100; i++)
		bad_frame_in_l1(HV_MFN);
	for (u32 i = 0; i < 100; i++)
		bad_frame_in_l2(HV_MFN);
	for (u32 i = 0; i < 100; i++)
		op_on_writable(MMUEXT_PIN_L1_TABLE);
}

CASES = {
    {"pin-bad-l1", 0, 0, bad_frame_in_l1, HV_MFN},
    {"pin-l1-with-pse", 148, 0, pse_in_l1, 0},
    {"pin-l1-maps-itself", 0, 0, l1_maps_itself, 0},
    {"pin-l1-maps-directory", 0, 0, l1_maps_directory, 0},
    {"pin-bad-l2", 0, 0, bad_frame_in_l2, HV_MFN},
    {"pin-l2-large-page", 148, 0, large_page_in_l2, 0},
    {"pin-l2-writable-page", 0, 0, writable_page_in_l2, 0},
    {"pin-l2-self-rw", 182, 0, self_rw_in_l2, 0},
    {"pin-writable-as-l1", 0, 0, op_on_writable, MMUEXT_PIN_L1_TABLE},
    {"pin-writable-as-l2", 0, 0, op_on_writable, MMUEXT_PIN_L2_TABLE},
    {"pin-l3", 0, 0, op_on_writable, MMUEXT_PIN_L3_TABLE},
    {"pin-l4", 0, 0, op_on_writable, MMUEXT_PIN_L4_TABLE},
    {"pin-foreign-l1", 0, 0, op_on_mfn, MMUEXT_PIN_L1_TABLE},
    {"pin-foreign-l2", 0, 0, op_on_mfn, MMUEXT_PIN_L2_TABLE},
    {"pin-l2-as-l1", 0, 0, op_on_l2, MMUEXT_PIN_L1_TABLE},
    {"pin-l1-as-l2", 0, 0, op_on_l1, MMUEXT_PIN_L2_TABLE},
    {"pin-twice", 0, 0, op_on_l1, MMUEXT_PIN_L1_TABLE},
    {"unpin-twice", 0, 0, double_unpin, 0},
    {"unpin-never-pinned", 0, 0, op_on_writable, MMUEXT_UNPIN_TABLE},
    {"unpin-foreign", 0, 0, op_on_mfn, MMUEXT_UNPIN_TABLE},
    {"unpin-current", 0, 0, unpin_current, 0},
    {"base-data-page", 0, 0, op_on_writable, MMUEXT_NEW_BASEPTR},
    {"base-l1", 0, 0, op_on_l1, MMUEXT_NEW_BASEPTR},
    {"base-foreign", 0, 0, op_on_mfn, MMUEXT_NEW_BASEPTR},
    {"failures-leak-nothing", 242, 0, failures_leak_nothing, 0},
};

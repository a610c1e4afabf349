/* args.c: hypercalls whose pointers lead where the guest may not read or write, whose counts are
 * enormous, and whose words mean nothing. */
#include "pv.h"

#define HV_ADDRESS (HV_LINEAR + HV_IMAGE_PHYS)
#define UNMAPPED   0x00400000u
#define LAST_WORD  0xFFFFFFFCu

/* A request that would change nothing: the present value of victim_data's entry. */
static struct mmu_update no_change(void)
{
	return (struct mmu_update){pte_maddr(victim_data), *pte_of(victim_data)};
}

static void mmu_update_from(u32 va)
{
	verdict_errno(HCALL(mmu_update, va, 1, 0, DOMID_SELF));
}

static void mmu_update_from_gate(u32 offset)
{
	mmu_update_from(gate_va() + offset);
}

/* Where the number of entries done goes to is as dangerous as where they come from. */
static void mmu_update_done(u32 va)
{
	struct mmu_update req = no_change();

	verdict_errno(HCALL(mmu_update, &req, 1, va, DOMID_SELF));
}

static void done_into_page_table(u32 unused)
{
	u32 *entry = pte_of(victim_data), before = *entry;

	(void)unused;
	mmu_update_done((u32)entry);
	must(*entry == before, "entry-changed");
}

static void done_into_m2p(u32 unused)
{
	u32 *word = (u32 *)MACH2PHYS_VIRT_START + mfn_of(victim_data), before = *word;

	(void)unused;
	mmu_update_done((u32)word);
	must(*word == before, "m2p-changed");
}

static void done_into_gate(u32 offset)
{
	mmu_update_done(gate_va() + offset);
}

/* At the end of what is mapped, so that the count runs out of memory soon. */
static void mmu_update_count(u32 count)
{
	u32 end = (start_info->pt_base & ~0x3FFFFFu) + 0x400000;
	struct mmu_update *last = (struct mmu_update *)end - 1;
	u32 done = 0;

	*last = no_change();
	verdict_errno(HCALL(mmu_update, last, count, &done, DOMID_SELF));
	must(done == 1, "done-count");
}

/* [good, bad, good]: the first took effect, the last did not, and the count says so. */
static void batch_stops(u32 unused)
{
	u32 ptr = pte_maddr(victim_data), old = *pte_of(victim_data), done = 99;
	struct mmu_update req[] = {
	    {ptr, old & ~PTE_RW}, {ptr, 0x100 * PAGE_SIZE | PTE_NORMAL}, {ptr, 0}};

	(void)unused;
	verdict_errno(HCALL(mmu_update, req, 3, &done, DOMID_SELF));
	must(done == 1 && *pte_of(victim_data) == (old & ~PTE_RW), "not-where-it-stopped");
	must(writable(victim_data) == 0, "restore");
}

static void ptr_bits(u32 bits)
{
	u32 before = *pte_of(victim_data);

	verdict_errno(mmu_update((u64)pte_maddr(victim_data) | bits, 0));
	must(*pte_of(victim_data) == before, "entry-changed");
}

static void ptr_beyond_4gb(u32 high)
{
	u32 before = *pte_of(victim_data);

	verdict_errno(mmu_update((u64)high << 32 | pte_maddr(victim_data), 0));
	must(*pte_of(victim_data) == before, "entry-changed");
}

static void ptr_frame(u32 mfn)
{
	verdict_errno(mmu_update((u64)mfn * PAGE_SIZE, 0));
}

static void ptr_nonexistent(u32 unused)
{
	(void)unused;
	ptr_frame(nonexistent_mfn);
}

static void m2p_frame(u32 mfn)
{
	u32 before = ((u32 *)MACH2PHYS_VIRT_START)[mfn];

	verdict_errno(mmu_update((u64)mfn * PAGE_SIZE | MMU_MACHPHYS_UPDATE, 0));
	must(((u32 *)MACH2PHYS_VIRT_START)[mfn] == before, "m2p-changed");
}

static void m2p_nonexistent(u32 unused)
{
	(void)unused;
	verdict_errno(mmu_update((u64)nonexistent_mfn * PAGE_SIZE | MMU_MACHPHYS_UPDATE, 0));
	verdict_errno(mmu_update(0xFFFFF000ull | MMU_MACHPHYS_UPDATE, 0));
}

static void for_domain(u32 domid)
{
	struct mmu_update req = no_change();
	struct mmuext_op op = {MMUEXT_TLB_FLUSH_LOCAL, 0, 0};

	verdict_errno(HCALL(mmu_update, &req, 1, 0, domid));
	verdict_errno(HCALL(mmuext_op, &op, 1, 0, domid));
}

static void mmuext_from(u32 va)
{
	verdict_errno(HCALL(mmuext_op, va, 1, 0, DOMID_SELF));
}

static void mmuext_count(u32 count)
{
	struct mmuext_op *last =
	    (struct mmuext_op *)((start_info->pt_base & ~0x3FFFFFu) + 0x400000) - 1;

	*last = (struct mmuext_op){MMUEXT_TLB_FLUSH_LOCAL, 0, 0};
	verdict_errno(HCALL(mmuext_op, last, count, 0, DOMID_SELF));
}

static void mmuext_done(u32 va)
{
	struct mmuext_op op = {MMUEXT_TLB_FLUSH_LOCAL, 0, 0};

	verdict_errno(HCALL(mmuext_op, &op, 1, va, DOMID_SELF));
}

static void mmuext_unknown(u32 cmd)
{
	verdict_errno(mmuext(cmd, mfn_of(victim_data), 0));
}

static void mmuext_mask(u32 va)
{
	verdict_errno(mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, va));
}

CASES = {
    {"mmu-update-from-hv", 0, 0, mmu_update_from, HV_ADDRESS},
    {"mmu-update-from-gate", 0, 0, mmu_update_from_gate, 0x1000},
    {"mmu-update-from-nowhere", 0, 0, mmu_update_from, UNMAPPED},
    {"mmu-update-wraps", 0, 0, mmu_update_from, LAST_WORD},
    {"mmu-update-done-in-hv", 212, 0, mmu_update_done, HV_ADDRESS},
    {"mmu-update-done-in-tss", 212, 0, done_into_gate, 0x1000 + 2048 + 4},
    {"mmu-update-done-unmapped", 212, 0, mmu_update_done, UNMAPPED},
    {"mmu-update-done-wraps", 212, 0, mmu_update_done, 0xFFFFFFFE},
    {"mmu-update-done-in-table", 212, 0, done_into_page_table, 0},
    {"mmu-update-done-in-m2p", 212, 0, done_into_m2p, 0},
    {"mmu-update-huge-count", 0, 0, mmu_update_count, 0x7FFFFFFF},
    {"mmu-update-count-overflows", 0, 0, mmu_update_count, 0x10000001},
    {"mmu-update-batch-stops", 0, 0, batch_stops, 0},
    {"mmu-update-command-2", 0, 0, ptr_bits, 2},
    {"mmu-update-command-3", 0, 0, ptr_bits, 3},
    {"mmu-update-above-4gb", 0, 0, ptr_beyond_4gb, 1},
    {"mmu-update-in-hv-frame", 0, 0, ptr_frame, 0x100},
    {"mmu-update-in-frame-0", 0, 0, ptr_frame, 0},
    {"mmu-update-nonexistent", 0, 0, ptr_nonexistent, 0},
    {"m2p-update-foreign", 0, 0, m2p_frame, 0x100},
    {"m2p-update-nonexistent", 0, 0, m2p_nonexistent, 0},
    {"domain-1", 0, 0, for_domain, 1},
    {"domain-io", 0, 0, for_domain, 0x7FF1},
    {"domain-xen", 0, 0, for_domain, 0x7FF2},
    {"domain-32-bits", 0, 0, for_domain, 0x00010001},
    {"mmuext-from-hv", 0, 0, mmuext_from, HV_ADDRESS},
    {"mmuext-from-nowhere", 0, 0, mmuext_from, UNMAPPED},
    {"mmuext-wraps", 0, 0, mmuext_from, 0xFFFFFFF8},
    {"mmuext-huge-count", 0, 0, mmuext_count, 0x7FFFFFFF},
    {"mmuext-done-in-hv", 212, 0, mmuext_done, HV_ADDRESS},
    {"mmuext-unknown", 0, 0, mmuext_unknown, 14},
    {"mmuext-unknown-huge", 0, 0, mmuext_unknown, 0xFFFFFFFF},
    {"mmuext-mask-in-hv", 0, 0, mmuext_mask, HV_ADDRESS},
};

/* desc.c: descriptor tables: getting a segment or gate that leads into ring 0. */
#include "pv.h"

#define HV_CS	     0xE008u
#define DPL(n)	     ((u32)(n) << DESC_DPL_SHIFT)
#define CODE	     (DESC_P | DESC_S | DESC_CODE | DESC_RW)
#define DATA	     (DESC_P | DESC_S | DESC_RW)
#define GATE_TYPE(t) (DESC_P | (u32)(t) << 8)

/* victim_data becomes our GDT. */
static bool gdt_on(void)
{
	u32 mfn = mfn_of(victim_data);

	return read_only(victim_data) == 0 && HCALL(set_gdt, &mfn, 512, 0, 0) == 0;
}

static void gdt_off(void)
{
	must(HCALL(set_gdt, 0, 0, 0, 0) == 0, "gdt-stays");
	must(writable(victim_data) == 0, "gdt-frame-stays");
}

static s32 update_descriptor(u32 index, struct desc d)
{
	return HCALL(update_descriptor, mfn_of(victim_data) * PAGE_SIZE + index * 8, 0, d.lo, d.hi);
}

/* In a table that is in use, and before it is. */
static void refused_descriptor(struct desc d)
{
	u32 mfn = mfn_of(victim_data);

	must(gdt_on(), "set-gdt");
	verdict_errno(update_descriptor(7, d));
	must(victim_data[14] == 0 && victim_data[15] == 0, "descriptor-changed");
	gdt_off();

	victim_data[1022] = d.lo;
	victim_data[1023] = d.hi;
	must(read_only(victim_data) == 0, "read-only");
	verdict_errno(HCALL(set_gdt, &mfn, 512, 0, 0));
	must(writable(victim_data) == 0, "frame-stays");
	must(read_only(victim_data) == 0, "read-only");
	verdict_errno(mmuext(MMUEXT_SET_LDT, (u32)victim_data, 512));
	must(writable(victim_data) == 0, "frame-stays");
}

/* Flat, or what a gate holds in its place. */
static void descriptor_flags(u32 flags)
{
	refused_descriptor((struct desc){0x0000FFFF, flags | 0x000F0000 | DESC_G | DESC_DB});
}

/* A call gate to the hypervisor's code segment, which asks for no privilege itself. */
static void call_gate(u32 selector)
{
	refused_descriptor((struct desc){selector << 16 | 0x1000,
					 GATE_TYPE(DESC_CALL_GATE) | DPL(3) | 0xFC500000});
}

static void system_descriptor(u32 type)
{
	u32 base = gate_va() + 0x1000 + 2048;

	refused_descriptor((struct desc){base << 16 | 0x67, GATE_TYPE(type) | DPL(3) |
								(base & 0xFF000000) |
								(base >> 16 & 0xFF)});
}

/* A segment that starts in the hypervisor. */
static void base_in_hv(u32 base)
{
	refused_descriptor((struct desc){base << 16 | 0xFFFF, DATA | DPL(1) | DESC_DB |
								  (base & 0xFF000000) |
								  (base >> 16 & 0xFF)});
}

static void load_fs_read(u32 va)
{
	asm volatile("movl %0, %%fs\n\tmovl %%fs:(%1), %%eax" : : "r"(7 * 8 + 1), "r"(va) : "eax");
}

/* A limit that reaches too far may also be cut: then the segment must really end. */
static void limit_cut(u32 flags)
{
	u32 va = MACH2PHYS_VIRT_END + 0x100000;
	s32 err;

	must(gdt_on(), "set-gdt");
	err =
	    update_descriptor(7, (struct desc){0x0000FFFF, flags | 0x000F0000 | DESC_G | DESC_DB});
	if (err < 0)
		verdict_errno(err);
	else
		verdict_vector(attempt(load_fs_read, va), VEC_GP);
	gdt_off();
}

static void gdt_frame(u32 mfn)
{
	verdict_errno(HCALL(set_gdt, &mfn, 512, 0, 0));
}

static void gdt_nonexistent(u32 unused)
{
	(void)unused;
	gdt_frame(nonexistent_mfn);
}

static void gdt_writable(u32 unused)
{
	(void)unused;
	gdt_frame(mfn_of(victim_data));
	victim_data[0] = 1;
	must(victim_data[0] == 1, "page-not-writable");
}

static void gdt_page_table(u32 unused)
{
	(void)unused;
	gdt_frame(pde_maddr(0) / PAGE_SIZE);
	gdt_frame(*pde_of((u32)victim_data >> 22) / PAGE_SIZE);
}

/* The second frame is bad: the first must be let go. */
static void gdt_second_bad(u32 unused)
{
	u32 mfns[] = {mfn_of(victim_data), 0x100};

	(void)unused;
	must(read_only(victim_data) == 0, "read-only");
	verdict_errno(HCALL(set_gdt, mfns, 1024, 0, 0));
	must(writable(victim_data) == 0, "first-frame-stays");
}

static void gdt_entries(u32 entries)
{
	u32 mfns[16];

	must(read_only(victim_data) == 0, "read-only");
	for (u32 i = 0; i < 16; i++)
		mfns[i] = mfn_of(victim_data);
	verdict_errno(HCALL(set_gdt, mfns, entries, 0, 0));
	must(writable(victim_data) == 0, "frame-stays");
}

static void gdt_list(u32 va)
{
	verdict_errno(HCALL(set_gdt, va, 512, 0, 0));
}

/* Our GDT's frame, mapped writable again. */
static void gdt_map_rw(u32 unused)
{
	u32 before;

	(void)unused;
	must(gdt_on(), "set-gdt");
	before = *pte_of(victim_data);
	verdict_errno(writable(victim_data));
	verdict_errno(mmu_update(pte_maddr(victim_data), before | PTE_RW));
	must(*pte_of(victim_data) == before, "entry-changed");
	/* Nor by an mmu_update of its contents, or as a page table. */
	verdict_errno(mmu_update(mfn_of(victim_data) * PAGE_SIZE, 0x0000FFFF));
	verdict_errno(mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(victim_data), 0));
	gdt_off();
}

static void descriptor_in_frame(u32 mfn)
{
	verdict_errno(HCALL(update_descriptor, mfn * PAGE_SIZE, 0, 0, 0));
}

static void descriptor_nonexistent(u32 unused)
{
	(void)unused;
	descriptor_in_frame(nonexistent_mfn);
}

static void descriptor_in_table(u32 unused)
{
	u32 before = *pde_of((u32)victim_data >> 22);

	(void)unused;
	verdict_errno(HCALL(update_descriptor, pde_maddr((u32)victim_data >> 22) & ~7u, 0, 0, 0));
	must(*pde_of((u32)victim_data >> 22) == before, "entry-changed");
}

static void descriptor_misaligned(u32 offset)
{
	verdict_errno(HCALL(update_descriptor, mfn_of(victim_data) * PAGE_SIZE + offset, 0, 0, 0));
}

static void descriptor_above_4gb(u32 high)
{
	verdict_errno(HCALL(update_descriptor, mfn_of(victim_data) * PAGE_SIZE, high, 0, 0));
}

static void ldt_at(u32 va)
{
	verdict_errno(mmuext(MMUEXT_SET_LDT, va, 512));
}

static void ldt_writable(u32 offset)
{
	verdict_errno(mmuext(MMUEXT_SET_LDT, (u32)victim_data + offset, 16));
}

static void ldt_entries(u32 entries)
{
	must(read_only(victim_data) == 0, "read-only");
	verdict_errno(mmuext(MMUEXT_SET_LDT, (u32)victim_data, entries));
	must(writable(victim_data) == 0, "frame-stays");
}

static void store_by_fs(u32 va)
{
	u32 entry = *(u32 *)va & ~PTE_RW;

	asm volatile("movl %0, %%fs:(%1)" : : "r"(entry), "r"(va) : "memory");
}

/* A descriptor in the LDT's second page, of which the hypervisor's copy lies wherever there was
 * memory. The processor has it; whoever carries out a write to a page table needs the same one. */
static void ldt_second_page(u32 index)
{
	static u32 ldt[2][1024] PAGE_ALIGNED;
	u32 *entry = pte_of(victim_other), before = *entry, flat = DATA | DPL(1) | DESC_G | DESC_DB;

	ldt[1][(index - 512) * 2] = 0xFFFF;
	ldt[1][(index - 512) * 2 + 1] = flat | 0xF0000;
	must(read_only(ldt[0]) == 0 && read_only(ldt[1]) == 0, "read-only");
	must(mmuext(MMUEXT_SET_LDT, (u32)ldt, 512) == 0, "ldt-of-one-page");
	must(gdt_on(), "set-gdt"); /* takes the next page */
	must(mmuext(MMUEXT_SET_LDT, (u32)ldt, 1024) == 0, "ldt-of-two-pages");
	must(HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables, 0, 0) == 0,
	     "assist");

	asm volatile("movl %0, %%fs" : : "r"(index * 8 | SEL_TI | 1));
	verdict_silent(attempt(store_by_fs, (u32)entry) == NO_TRAP);
	must(*entry == (before & ~PTE_RW), "entry-not-written");
	asm volatile("movl %0, %%fs" : : "r"(0));

	must(HCALL(vm_assist, VMASST_CMD_disable, VMASST_TYPE_writable_pagetables, 0, 0) == 0,
	     "assist");
	must(mmuext(MMUEXT_SET_LDT, 0, 0) == 0, "ldt-stays");
	gdt_off();
	must(writable(victim_other) == 0, "map-again");
}

CASES = {
    {"gdt-code-dpl-0", 0, 0, descriptor_flags, CODE | DPL(0)},
    {"gdt-data-dpl-0", 0, 0, descriptor_flags, DATA | DPL(0)},
    {"gdt-conforming-dpl-0", 0, 0, descriptor_flags, CODE | DESC_EC | DPL(0)},
    {"gdt-call-gate-ring-0", 0, 0, call_gate, HV_CS},
    {"gdt-call-gate-ring-0-rpl-1", 0, 0, call_gate, HV_CS | 1},
    {"gdt-call-gate-ring-0-rpl-3", 0, 0, call_gate, HV_CS | 3},
    {"gdt-tss", 0, 0, system_descriptor, DESC_TSS_AVAIL},
    {"gdt-tss-busy", 0, 0, system_descriptor, DESC_TSS_BUSY},
    {"gdt-tss-16", 0, 0, system_descriptor, 1},
    {"gdt-ldt", 0, 0, system_descriptor, DESC_LDT},
    {"gdt-task-gate", 0, 0, system_descriptor, 5},
    {"gdt-call-gate-16", 0, 0, system_descriptor, 4},
    {"gdt-interrupt-gate", 0, 0, system_descriptor, DESC_INTR_GATE},
    {"gdt-trap-gate", 0, 0, system_descriptor, DESC_TRAP_GATE},
    {"gdt-base-in-hv", 0, 0, base_in_hv, HV_LINEAR + HV_IMAGE_PHYS},
    {"gdt-base-wraps", 0, 0, base_in_hv, 0xFFFFF000},
    {"gdt-limit-past-end", 0, LIMITS_ALWAYS, limit_cut, DATA | DPL(1)},
    {"gdt-expand-down", 0, LIMITS_ALWAYS, limit_cut, DATA | DESC_EC | DPL(1)},
    {"set-gdt-hv-frame", 0, 0, gdt_frame, 0x100},
    {"set-gdt-nonexistent", 0, 0, gdt_nonexistent, 0},
    {"set-gdt-writable-frame", 0, 0, gdt_writable, 0},
    {"set-gdt-page-table", 0, 0, gdt_page_table, 0},
    {"set-gdt-second-bad", 0, 0, gdt_second_bad, 0},
    {"set-gdt-too-many", 0, 0, gdt_entries, 14 * 512 + 1},
    {"set-gdt-huge", 0, 0, gdt_entries, 0xFFFFFFFF},
    {"set-gdt-list-in-hv", 0, 0, gdt_list, HV_LINEAR + HV_IMAGE_PHYS},
    {"set-gdt-list-unmapped", 0, 0, gdt_list, 0x00400000},
    {"map-gdt-rw", 0, 0, gdt_map_rw, 0},
    {"update-descriptor-hv-frame", 0, 0, descriptor_in_frame, 0x100},
    {"update-descriptor-frame-0", 0, 0, descriptor_in_frame, 0},
    {"update-descriptor-nonexistent", 0, 0, descriptor_nonexistent, 0},
    {"update-descriptor-in-table", 0, 0, descriptor_in_table, 0},
    {"update-descriptor-misaligned", 0, 0, descriptor_misaligned, 4},
    {"update-descriptor-above-4gb", 0, 0, descriptor_above_4gb, 1},
    {"set-ldt-in-hv", 0, 0, ldt_at, HV_LINEAR + HV_IMAGE_PHYS},
    {"set-ldt-in-m2p", 0, 0, ldt_at, MACH2PHYS_VIRT_START},
    {"set-ldt-unmapped", 0, 0, ldt_at, 0x00400000},
    {"set-ldt-last-page", 0, 0, ldt_at, 0xFFFFF000},
    {"set-ldt-writable", 0, 0, ldt_writable, 0},
    {"set-ldt-misaligned", 0, 0, ldt_writable, 8},
    {"set-ldt-too-many", 0, 0, ldt_entries, 8193},
    {"set-ldt-huge", 0, 0, ldt_entries, 0xFFFFFFFF},
    {"ldt-second-page", 0, 0, ldt_second_page, 600},
};

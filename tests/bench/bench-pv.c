/* bench-pv.c: the rows: each measures one operation many times, undoing it in between. */
#include "bench-pv.h"

#define MAX_BATCH  512
#define FURTHER	   7 /* writes to an unhooked page table after the first */
#define PAGE_ALIGN __attribute__((aligned(4096)))

static u32 area_table[NR_ENTRIES] PAGE_ALIGN; /* maps AREA */
static u32 full_table[NR_ENTRIES] PAGE_ALIGN, other_directory[NR_ENTRIES] PAGE_ALIGN;
static u8 data_page[PAGE_SIZE] PAGE_ALIGN;
static struct mmu_update updates[MAX_BATCH];
static struct multicall_entry calls[64];
static u32 data_pte;
u32 hc_overhead;

static void *directory(void)
{
	return (void *)start_info->pt_base;
}

static u32 entry_maddr(u32 i)
{
	return mfn_of(area_table) * PAGE_SIZE + i * sizeof(u32);
}

void timed(const char *what, u32 nr, u32 a1, u32 a2, u32 a3, u32 a4)
{
	struct args a = {a1, a2, a3, a4};

	sample(time_hypercall(nr, &a));
	check(call_result, what);
}

static void null_hypercalls(void)
{
	struct args none = {0};

	begin();
	for (u32 i = 0; i < REPEATS; i++)
		sample(time_hypercall(63, &none)); /* -ENOSYS */
	report("null_bad", hc_overhead, 1);
	begin();
	for (u32 i = 0; i < REPEATS; i++)
		timed("xen-version", __HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
	report("null_version", hc_overhead, 1);
}

static void map_row(const char *name, u32 flags)
{
	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		timed(name, __HYPERVISOR_update_va_mapping, AREA, data_pte, 0, flags);
		check(map(AREA, 0), "unmap");
	}
	report(name, hc_overhead, 1);
}

static void batch_row(const char *name, u32 n)
{
	begin();
	for (u32 i = 0; i < (n > 64 ? 9 : REPEATS); i++) {
		for (u32 k = 0; k < n; k++)
			updates[k] = (struct mmu_update){entry_maddr(k), data_pte};
		timed(name, __HYPERVISOR_mmu_update, (u32)updates, n, 0, DOMID_SELF);
		for (u32 k = 0; k < n; k++)
			updates[k].val = 0;
		check(hypercall(__HYPERVISOR_mmu_update, (u32)updates, n, 0, DOMID_SELF), "unmap");
	}
	report(name, hc_overhead, n);
}

static void multicall_row(void)
{
	u32 n = ARRAY_SIZE(calls);

	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		for (u32 k = 0; k < n; k++)
			calls[k] =
			    (struct multicall_entry){__HYPERVISOR_update_va_mapping,
						     0,
						     {AREA + k * PAGE_SIZE, data_pte, 0, 0, 0, 0}};
		timed("multicall", __HYPERVISOR_multicall, (u32)calls, n, 0, 0);
		for (u32 k = 0; k < n; k++) {
			check(calls[k].result, "multicall-entry");
			check(map(AREA + k * PAGE_SIZE, 0), "unmap");
		}
	}
	report("multicall_64", hc_overhead, n);
}

static s32 assist(u32 cmd, u32 type)
{
	return hypercall(__HYPERVISOR_vm_assist, cmd, type, 0, 0);
}

static void emulated_write(void)
{
	volatile u32 *table = area_table;
	u32 overhead = overhead_access();

	check(assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables), "assist");
	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		sample(time_write(&table[0], data_pte));
		check(mmu_update(entry_maddr(0), 0), "unmap");
	}
	report("emulated_write", overhead, 1);
	assist(VMASST_CMD_disable, VMASST_TYPE_writable_pagetables);
}

/* The form that Xen 3.0.0 called writable page tables; here it has an assist of its own, too. */
static void unhooked_writes(void)
{
	volatile u32 *table = area_table;
	u32 overhead = overhead_access(), first[REPEATS], further[REPEATS];

	if (assist(VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables))
		return;
	check(map(AREA + 512 * PAGE_SIZE, data_pte), "map");
	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		first[i] = time_write(&table[0], data_pte);
		for (u32 k = 1; k <= FURTHER; k++)
			further[i] = time_write(&table[k], data_pte);
		/* The first use of what the table maps puts it back. */
		sample(time_read((u32 *)(AREA + 512 * PAGE_SIZE)));
		for (u32 k = 0; k <= FURTHER; k++)
			check(map(AREA + k * PAGE_SIZE, 0), "unmap");
	}
	report("unhook_rehook", overhead, 1);
	begin();
	for (u32 i = 0; i < REPEATS; i++)
		sample(first[i]);
	report("unhook_first", overhead, 1);
	begin();
	for (u32 i = 0; i < REPEATS; i++)
		sample(further[i]);
	report("unhook_further", overhead, 1);
	check(map(AREA + 512 * PAGE_SIZE, 0), "unmap");
	assist(VMASST_CMD_disable, VMASST_TYPE_unhook_pagetables);
}

/* What the hypervisor makes of `n` writes in a row and the first use, if it may choose the form. */
static void burst_row(const char *name, u32 n)
{
	volatile u32 *table = area_table;
	u32 overhead = overhead_access();

	check(assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables), "assist");
	check(map(AREA + 1023 * PAGE_SIZE, data_pte), "map");
	begin();
	for (u32 i = 0; i < 9; i++) {
		u32 sum = 0;

		for (u32 k = 0; k < n; k++)
			sum += time_write(&table[k], data_pte) - overhead;
		sample(sum + time_read((u32 *)(AREA + 1023 * PAGE_SIZE)) - overhead);
		for (u32 k = 0; k < n; k++)
			check(map(AREA + k * PAGE_SIZE, 0), "unmap");
	}
	report(name, 0, 1);
	check(map(AREA + 1023 * PAGE_SIZE, 0), "unmap");
	assist(VMASST_CMD_disable, VMASST_TYPE_writable_pagetables);
}

static void bursts(void)
{
	burst_row("burst_1", 1);
	burst_row("burst_8", 8);
	burst_row("burst_64", 64);
	burst_row("burst_512", 512);
}

static void ext_timed(const char *what, u32 cmd, u32 mfn)
{
	struct mmuext_op op = {cmd, mfn, 0};

	timed(what, __HYPERVISOR_mmuext_op, (u32)&op, 1, 0, DOMID_SELF);
}

/* A table of 1024 entries, each a page of its own, writable. */
static void pin_rows(void)
{
	u32 first = start_info->nr_pages - NR_ENTRIES, mfn = mfn_of(full_table);

	for (u32 i = 0; i < NR_ENTRIES; i++)
		full_table[i] = mfn_of_pfn(first + i) * PAGE_SIZE | PTE_NORMAL;
	make_read_only(full_table);
	begin();
	for (u32 i = 0; i < 9; i++) {
		ext_timed("pin", MMUEXT_PIN_L1_TABLE, mfn);
		check(mmuext(MMUEXT_UNPIN_TABLE, mfn), "unpin");
	}
	report("pin_l1", hc_overhead, 1);
	begin();
	for (u32 i = 0; i < 9; i++) {
		check(mmuext(MMUEXT_PIN_L1_TABLE, mfn), "pin");
		ext_timed("unpin", MMUEXT_UNPIN_TABLE, mfn);
	}
	report("unpin_l1", hc_overhead, 1);
}

static void base_row(void)
{
	const u32 *now = directory();

	for (u32 i = 0; i < HYPERVISOR_VIRT_START >> 22; i++)
		other_directory[i] = now[i];
	make_read_only(other_directory);
	check(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(other_directory)), "pin-directory");
	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		ext_timed("new-base", MMUEXT_NEW_BASEPTR, mfn_of(other_directory));
		check(mmuext(MMUEXT_NEW_BASEPTR, mfn_of(directory())), "old-base");
	}
	report("new_base", hc_overhead, 1);
}

static void balloon_rows(void)
{
	u32 mfn = mfn_of_pfn(start_info->nr_pages - NR_ENTRIES - 1);
	struct xen_memory_reservation r = {
	    .extent_start = (u32)&mfn, .nr_extents = 1, .domid = DOMID_SELF};

	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		timed("balloon-out", __HYPERVISOR_memory_op, XENMEM_decrease_reservation, (u32)&r,
		      0, 0);
		check(hypercall(__HYPERVISOR_memory_op, XENMEM_increase_reservation, (u32)&r, 0, 0),
		      "increase");
	}
	report("balloon_out", hc_overhead, 1);
	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		check(hypercall(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, (u32)&r, 0, 0),
		      "decrease");
		timed("balloon-in", __HYPERVISOR_memory_op, XENMEM_increase_reservation, (u32)&r, 0,
		      0);
	}
	report("balloon_in", hc_overhead, 1);
}

static void maps(void)
{
	map_row("map", UVMF_NONE);
	map_row("map_invlpg", UVMF_INVLPG);
}

static void batches(void)
{
	batch_row("mmu_update_1", 1);
	batch_row("mmu_update_8", 8);
	batch_row("mmu_update_64", 64);
	batch_row("mmu_update_512", 512);
}

static const struct {
	const char *name;
	void (*measure)(void);
} groups[] = {
    {"null", null_hypercalls},
    {"stack", stack_row}, /* while no fault episode is open, which would be looked at each time */
    {"fault", to_handler},
    {"back", and_back},
    {"int80", int80},
    {"int", bounced_int},
    {"kernel", kernel_fault},
    {"map", maps},
    {"mmu_update", batches},
    {"multicall", multicall_row},
    {"emulated", emulated_write},
    {"unhook", unhooked_writes},
    {"burst", bursts},
    {"pin", pin_rows},
    {"base", base_row},
    {"event", event_rows},
    {"privileged", privileged_rows},
    {"balloon", balloon_rows},
};

/* scenario=GROUP on the command line: only that one, for a profile. */
void measure(void)
{
	bool known = false;

	hc_overhead = overhead_hypercall(0, &(struct args){0});
	/* A page table with nothing in it, for 4 MB that nobody uses. */
	data_pte = mfn_of(data_page) * PAGE_SIZE | PTE_NORMAL;
	make_read_only(area_table);
	check(mmu_update(pde_maddr(directory(), AREA), mfn_of(area_table) * PAGE_SIZE | PDE_NORMAL),
	      "hook");
	for (u32 i = 0; i < ARRAY_SIZE(groups); i++)
		known |= scenario_is(groups[i].name);
	for (u32 i = 0; i < ARRAY_SIZE(groups); i++)
		if (!known || scenario_is(groups[i].name))
			groups[i].measure();
}

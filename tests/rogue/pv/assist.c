/* assist.c: page tables that may be written as if they were memory (vm_assist): by any instruction,
 * but never to any value. */
#include "pv.h"

#define BAD (0x100 * PAGE_SIZE | PTE_NORMAL)

static u32 *target; /* the entry of victim_other */
static u32 bad = BAD;

static void by_mov(u32 unused)
{
	(void)unused;
	asm volatile("movl %1, (%0)" : : "r"(target), "r"(bad) : "memory");
}

static void by_byte(u32 unused)
{
	(void)unused;
	/* The lowest byte of the frame number, then the next: on the way to 0x100. */
	asm volatile("movb $0, 3(%0)\n\tmovb $0x10, 2(%0)\n\tandb $0x0F, 1(%0)"
		     :
		     : "r"(target)
		     : "memory");
}

static void by_xchg(u32 unused)
{
	u32 val = bad;

	(void)unused;
	asm volatile("xchgl %0, (%1)" : "+r"(val) : "r"(target) : "memory");
}

static void by_cmpxchg(u32 unused)
{
	(void)unused;
	asm volatile("lock cmpxchgl %1, (%0)" : : "r"(target), "r"(bad), "a"(*target) : "memory");
}

static void by_movs(u32 unused)
{
	u32 *to = target, *from = &bad;

	(void)unused;
	asm volatile("movsl" : "+D"(to), "+S"(from) : : "memory");
}

static void by_push(u32 unused)
{
	(void)unused;
	asm volatile("movl %%esp, %%ecx\n\t"
		     "movl %0, %%esp\n\t"
		     "pushl %1\n\t"
		     "movl %%ecx, %%esp"
		     :
		     : "r"(target + 1), "r"(bad)
		     : "ecx", "memory");
}

static void by_or(u32 unused)
{
	(void)unused;
	asm volatile("orl $0x80, (%0)" : : "r"(target) : "memory");
}

static void by_bts(u32 unused)
{
	(void)unused;
	asm volatile("lock btsl $7, (%0)" : : "r"(target) : "memory");
}

/* Whatever the instruction did, the entry is either as before, or maps nothing but our own. */
static bool entry_harmless(u32 before)
{
	u32 now = *target;

	return now == before || !(now & PTE_P) ||
	       (now >> 12 == before >> 12 && !(now & (PTE_PS | PTE_G)));
}

static void emulated(u32 by)
{
	u32 before;

	target = pte_of(victim_other);
	before = *target;
	must(HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables, 0, 0) == 0,
	     "assist");
	/* First a good one, or nothing would be tested. */
	*target = before & ~PTE_RW;
	*target = before;
	verdict_trap(attempt((void (*)(u32))by, 0));
	must(entry_harmless(before), "entry-changed");
	must(HCALL(vm_assist, VMASST_CMD_disable, VMASST_TYPE_writable_pagetables, 0, 0) == 0,
	     "assist");
	must(mmu_update(pte_maddr(victim_other), before) == 0, "restore");
}

/* Only page tables are so: a directory, a GDT and the M2P are not. */
static void other_frames(u32 type)
{
	must(HCALL(vm_assist, VMASST_CMD_enable, type, 0, 0) == 0, "assist");
	verdict_trap(attempt(try_write, (u32)pde_of(0x100)));
	verdict_trap(attempt(try_write, MACH2PHYS_VIRT_START));
	must(read_only(victim_data) == 0, "read-only");
	verdict_trap(attempt(try_write, (u32)victim_data));
	must(writable(victim_data) == 0, "writable");
	must(HCALL(vm_assist, VMASST_CMD_disable, type, 0, 0) == 0, "assist");
}

/*
 * Unhooked, a table can hold anything, until the hypervisor looks: it must, whatever way leads
 * there, and end a domain that wrote what it must not.
 */
static void unhooked(u32 by)
{
	must(pin_l1(victim_table) == 0, "pin");
	must(mmu_update(pde_maddr(0x100), mfn_of(victim_table) * PAGE_SIZE | PDE_NORMAL) == 0,
	     "hook");
	must(HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables, 0, 0) == 0,
	     "assist");
	victim_table[5] = BAD;
	((void (*)(u32))by)(0x100u << 22 | 5 * PAGE_SIZE);
}

/* Where the hypervisor chooses: so many writes that it unhooks, a bad one among them; then as
 * above. */
static void burst(u32 by)
{
	must(pin_l1(victim_table) == 0, "pin");
	must(mmu_update(pde_maddr(0x100), mfn_of(victim_table) * PAGE_SIZE | PDE_NORMAL) == 0,
	     "hook");
	must(HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables, 0, 0) == 0,
	     "assist");
	for (u32 i = 0; i < 40; i++)
		victim_table[100 + i] = mfn_of(victim_other) * PAGE_SIZE | PTE_P;
	victim_table[5] = BAD;
	((void (*)(u32))by)(0x100u << 22 | 5 * PAGE_SIZE);
}

static void by_hypercall(u32 unused)
{
	(void)unused;
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
	mmu_update(pte_maddr(victim_data), *pte_of(victim_data));
}

static void by_new_base(u32 unused)
{
	(void)unused;
	memcpy(victim_dir, (void *)start_info->pt_base, PAGE_SIZE);
	read_only(victim_dir);
	mmuext(MMUEXT_NEW_BASEPTR, mfn_of(victim_dir), 0);
}

static void by_argument(u32 va)
{
	HCALL(console_io, CONSOLEIO_write, 4, va, 0);
}

/* The table of `slot`, mapped at `one` and `two`: out by the first write, used, and written again
 * by the second mapping with what is not ours. */
static void write_both_ways(volatile u32 *one, volatile u32 *two, const void *page, u32 slot)
{
	must(HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables, 0, 0) == 0,
	     "assist");
	one[5] = mfn_of(page) * PAGE_SIZE | PTE_NORMAL;
	two[6] = 0;
	try_read(slot << 22 | 5 * PAGE_SIZE);
	two[7] = HV_IMAGE_PHYS | PTE_NORMAL;
	try_read(slot << 22 | 7 * PAGE_SIZE);
}

/* The table is out by one mapping; a second one must not take it out again, and keep it writable.
 */
static void unhooked_twice(u32 unused)
{
	volatile u32 *table = victim_table, *alias = victim_data;

	(void)unused;
	must(pin_l1(victim_table) == 0, "pin");
	must(mmu_update(pde_maddr(0x100), mfn_of(victim_table) * PAGE_SIZE | PDE_NORMAL) == 0,
	     "hook");
	must(update_va((u32)alias, mfn_of(victim_table) * PAGE_SIZE | (PTE_NORMAL & ~PTE_RW)) == 0,
	     "alias");
	write_both_ways(table, alias, victim_other, 0x100);
}

/* A table that maps the victim is itself in two slots: where the victim was written, both ways to
 * it must be read-only again. */
static void unhooked_two_ways(u32 unused)
{
	volatile u32 *one = (u32 *)(0x100u << 22), *two = (u32 *)(0x102u << 22);

	(void)unused;
	must(pin_l1(victim_table) == 0, "pin");
	must(mmu_update(pde_maddr(0x103), mfn_of(victim_table) * PAGE_SIZE | PDE_NORMAL) == 0,
	     "hook");
	victim_other[0] = mfn_of(victim_table) * PAGE_SIZE | (PTE_NORMAL & ~PTE_RW);
	must(pin_l1(victim_other) == 0, "pin-map");
	for (u32 slot = 0x100; slot <= 0x102; slot += 2)
		must(mmu_update(pde_maddr(slot), mfn_of(victim_other) * PAGE_SIZE | PDE_NORMAL) ==
			 0,
		     "hook-map");
	write_both_ways(one, two, victim_data, 0x103);
}

/* Where the directory maps the tables, what maps a table is a directory entry: to write through
 * that must come to an end. */
static void unhooked_by_self_map(u32 unused)
{
	volatile u32 *entry = (u32 *)(0x101u << 22 | 0x100u << 12 | 20);
	u32 dir = mfn_of((void *)start_info->pt_base);

	(void)unused;
	must(pin_l1(victim_table) == 0, "pin");
	must(mmu_update(pde_maddr(0x100),
			mfn_of(victim_table) * PAGE_SIZE | (PDE_NORMAL & ~PTE_RW)) == 0,
	     "hook");
	must(mmu_update(pde_maddr(0x101), dir * PAGE_SIZE | (PDE_NORMAL & ~PTE_RW)) == 0, "self");
	must(HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables, 0, 0) == 0,
	     "assist");
	*entry = 0x1000;
	verdict_silent(((volatile u32 *)victim_table)[5] == 0x1000);
	must(HCALL(vm_assist, VMASST_CMD_disable, VMASST_TYPE_unhook_pagetables, 0, 0) == 0,
	     "assist");
	mmu_update(pde_maddr(0x101), 0);
	mmu_update(pde_maddr(0x100), 0);
	mmu_update(mfn_of(victim_table) * PAGE_SIZE + 20, 0);
	unpin(victim_table);
}

CASES = {
    {"writable-table-mov", 0, 0, emulated, (u32)by_mov},
    {"writable-table-bytes", 0, 0, emulated, (u32)by_byte},
    {"writable-table-xchg", 0, 0, emulated, (u32)by_xchg},
    {"writable-table-cmpxchg", 0, 0, emulated, (u32)by_cmpxchg},
    {"writable-table-movs", 0, 0, emulated, (u32)by_movs},
    {"writable-table-push", 0, FATAL, emulated, (u32)by_push},
    {"writable-table-or-pse", 148, 0, emulated, (u32)by_or},
    {"writable-table-bts-pse", 148, 0, emulated, (u32)by_bts},
    {"writable-table-others", 0, 0, other_frames, VMASST_TYPE_writable_pagetables},
    {"unhooked-table-others", 0, 0, other_frames, VMASST_TYPE_unhook_pagetables},
    {"writable-burst-then-touch", 0, FATAL, burst, (u32)try_read},
    {"writable-burst-then-hypercall", 0, FATAL, burst, (u32)by_hypercall},
    {"unhooked-then-touch", 0, FATAL, unhooked, (u32)try_read},
    {"unhooked-then-hypercall", 0, FATAL, unhooked, (u32)by_hypercall},
    {"unhooked-then-new-base", 0, FATAL, unhooked, (u32)by_new_base},
    {"unhooked-then-argument", 0, FATAL, unhooked, (u32)by_argument},
    {"unhooked-twice", 0, FATAL, unhooked_twice, 0},
    {"unhooked-two-ways", 0, FATAL | MAY_END, unhooked_two_ways, 0},
    {"unhooked-by-self-map", 0, 0, unhooked_by_self_map, 0},
};

/* memory.c: reaching what is not the guest's by its own page tables, which it may write as it
 * likes. */
#include "native/native.h"

#define SLOT 0x80u /* one that nobody uses */
#define VA   (SLOT << 22)

/* The guest's tables map nothing there, so that is what it must be told. */
static void reach(void (*how)(u32), u32 va)
{
	verdict_vector(attempt(how, va), VEC_PF);
	must(last_trap.cr2 == va, "cr2");
}

static void read_at(u32 va)
{
	reach(try_read, va);
}

static void write_at(u32 va)
{
	reach(try_write, va);
}

static void call_at(u32 va)
{
	reach(try_call, va);
}

static void write_gate(u32 offset)
{
	u32 va = gate_va() + offset;

	verdict_vector(attempt(try_write, va), VEC_PF);
	must(last_trap.cr2 == va, "cr2");
}

static void call_gate_code(u32 offset)
{
	verdict_trap(attempt(try_call, gate_va() + offset));
}

/* Our own page at a linear address where the hypervisor has itself. */
static void own_page_at(u32 va)
{
	volatile u32 *at = (u32 *)(va & PAGE_MASK), *page = page_a;

	page_b[(u32)at / PAGE_SIZE % 1024] = (u32)page_a | PTE_NORMAL;
	hook(va >> 22, page_b, PTE_NORMAL);
	flush();
	at[7] = 0x600D;
	verdict_silent(page[7] == 0x600D);
	page[8] = 0x1CE;
	must(at[8] == 0x1CE, "reads-otherwise");
	directory[va >> 22] = 0;
	flush();
}

static void own_page_at_gate(u32 offset)
{
	u32 before = gate_va();

	own_page_at(before + offset);
	must(before != gate_va() || !(directory[before >> 22] & PTE_P), "gate-stays");
}

/* The processor's LDT moves with the gate. */
static void gate_with_ldt(u32 offset)
{
	make_ldt();
	asm volatile("lldt %w0" : : "r"(SPARE_SEL));
	own_page_at_gate(offset);
	asm volatile("movl %0, %%fs\n\tmovl %1, %%fs\n\tlldt %w1" : : "r"(0xC), "r"(0));
}

/* A page in one slot after the other: wherever the gate goes, it must give way. */
static void every_slot(u32 unused)
{
	(void)unused;
	for (u32 i = 0; i < 1024; i++)
		page_b[i] = (u32)page_a | PTE_NORMAL;
	for (u32 slot = 1023; slot > 2; slot--) {
		volatile u32 *at = (u32 *)(slot << 22), *page = page_a;

		hook(slot, page_b, PTE_NORMAL);
		at[3] = slot;
		must(page[3] == slot, "reads-otherwise");
	}
	verdict_silent((gate_va() >> 22) == 2);
	for (u32 slot = 3; slot < 1024; slot++)
		directory[slot] = 0;
	flush();
}

static void no_slot_left(u32 large)
{
	if (large)
		write_cr4(read_cr4() | CR4_PSE);
	for (u32 slot = 2; slot < 1024; slot++)
		hook(slot, page_b, PTE_NORMAL);
	if (large)
		for (u32 slot = 2; slot < 1024; slot++)
			directory[slot] = PTE_NORMAL | PTE_PS;
	flush();
	for (u32 slot = 2; slot < 1024; slot++)
		attempt(try_read, slot << 22);
}

/* A guest-physical page that does not exist: as on a PC, zeroes, and what is written is lost. */
static void touch_beyond(u32 pa)
{
	page_b[0] = pa | PTE_NORMAL;
	hook(SLOT, page_b, PTE_NORMAL);
	flush();
	if (attempt(try_write, VA) != NO_TRAP)
		verdict_trap(last_trap.vec);
	else
		verdict_silent(*(volatile u32 *)VA == 0);
	directory[SLOT] = 0;
	flush();
}

static void touch_memory_end(u32 unused)
{
	(void)unused;
	touch_beyond(memory_end);
}

static void table_beyond(u32 pa)
{
	directory[SLOT] = pa | PTE_NORMAL;
	flush();
	verdict_trap(attempt(try_read, VA));
	directory[SLOT] = 0;
	flush();
}

static void large_page_beyond(u32 pa)
{
	write_cr4(read_cr4() | CR4_PSE);
	directory[SLOT] = pa | PTE_NORMAL | PTE_PS;
	flush();
	if (attempt(try_write, VA) != NO_TRAP)
		verdict_trap(last_trap.vec);
	else
		verdict_silent(*(volatile u32 *)VA == 0);
	directory[SLOT] = 0;
	write_cr4(read_cr4() & ~CR4_PSE);
	flush();
}

static void base_at(u32 cr3)
{
	set_cr3(cr3);
	try_read(VA);
}

/* Guest-physical, not machine: page 0x100 of ours is our kernel, not the hypervisor. */
static void physical_is_ours(u32 pa)
{
	page_b[0] = pa | PTE_NORMAL;
	hook(SLOT, page_b, PTE_NORMAL);
	flush();
	verdict_silent(*(volatile u32 *)VA == *(volatile u32 *)pa);
	directory[SLOT] = 0;
	flush();
}

/* A table that maps itself, writable: each write through it must count at once. */
static void table_writes_itself(u32 unused)
{
	volatile u32 *table = (u32 *)VA, *other = (u32 *)(VA + PAGE_SIZE), *page = page_a;

	(void)unused;
	page_b[0] = (u32)page_b | PTE_NORMAL;
	hook(SLOT, page_b, PTE_NORMAL);
	flush();
	must(attempt(try_read, (u32)other) == VEC_PF, "mapped-before");
	table[1] = (u32)page_a | PTE_NORMAL;
	other[9] = 0x5EED;
	must(page[9] == 0x5EED, "write-not-followed");
	table[1] = (u32)page_c | PTE_NORMAL;
	invlpg((u32)other);
	must(other[9] == 0, "change-not-followed");
	table[1] = memory_end | PTE_NORMAL;
	table[1] = 0;
	invlpg((u32)other);
	verdict_vector(attempt(try_read, (u32)other), VEC_PF);
	directory[SLOT] = 0;
	flush();
}

/* A directory that maps itself: all tables at once as pages. */
static void directory_maps_itself(u32 unused)
{
	volatile u32 *linear = (u32 *)VA;
	volatile u32 *entry = &linear[0x00600000 / PAGE_SIZE], *page = page_a;
	u32 before;

	(void)unused;
	hook(SLOT, directory, PTE_NORMAL);
	flush();
	before = *entry;
	must(before >> 12 == 0x600, "reads-otherwise");
	*entry = (u32)page_a | PTE_NORMAL;
	invlpg(0x00600000);
	*(volatile u32 *)0x00600000 = 77;
	must(page[0] == 77, "write-not-followed");
	*entry = 0;
	invlpg(0x00600000);
	verdict_vector(attempt(try_read, 0x00600000), VEC_PF);
	*entry = before;
	directory[SLOT] = 0;
	flush();
}

#define DIRECTORIES 128u
#define FIRST_SLOT  2u
#define SLOTS	    512u

/* Whoever counts in 16 bits how many directory entries lead to a table counts 0 of these. */
static void table_linked_65536_times(u32 unused)
{
	static u32 many[DIRECTORIES][1024] PAGE_ALIGNED, other[1024] PAGE_ALIGNED;
	volatile u32 *at = NULL;
	u32 base = get_cr3(), wrong = 0;

	(void)unused;
	page_a[0] = 0xA;
	page_c[0] = 0xC;
	page_b[0] = (u32)page_a | PTE_NORMAL;
	other[0] = (u32)gdt | PTE_NORMAL;
	for (u32 d = 0; d < DIRECTORIES; d++) {
		memcpy(many[d], directory, PAGE_SIZE);
		for (u32 slot = FIRST_SLOT; slot < FIRST_SLOT + SLOTS; slot++)
			many[d][slot] = (u32)page_b | PTE_NORMAL;
		many[d][FIRST_SLOT + SLOTS] = (u32)other | PTE_NORMAL;
		set_cr3((u32)many[d]);
		for (u32 slot = FIRST_SLOT; slot < FIRST_SLOT + SLOTS; slot++)
			wrong += *(at = (u32 *)(slot << 22)) != 0xA;
	}
	/* If nobody leads there, the table is none any more, and its shadow that of the next one.
	 */
	page_b[0] = (u32)page_c | PTE_NORMAL;
	at = (u32 *)((FIRST_SLOT + SLOTS) << 22);
	wrong += at[0] != gdt[0].lo;
	for (u32 d = 0; d < DIRECTORIES; d++) {
		set_cr3((u32)many[d]);
		for (u32 slot = FIRST_SLOT; slot < FIRST_SLOT + SLOTS; slot++)
			wrong += *(at = (u32 *)(slot << 22)) != 0xC;
	}
	set_cr3(base);
	verdict_silent(wrong == 0);
}

/* With CR0.WP clear ring 0 writes to read-only pages, and by every instruction. */
static void wp_clear(u32 by)
{
	u32 cr0 = read_cr0(), *entry = &tables[0][(u32)page_a / PAGE_SIZE];

	*entry &= ~PTE_RW;
	flush();
	write_cr0(cr0 & ~CR0_WP);
	((void (*)(void *))by)(page_a);
	write_cr0(cr0);
	verdict_silent(page_a[0] != 0);
	must(attempt(try_write, (u32)page_a) == VEC_PF, "stays-writable");
	*entry |= PTE_RW;
	flush();
	page_a[0] = 0;
}

static void by_mov(void *to)
{
	asm volatile("movl $1, (%0)" : : "r"(to) : "memory");
}

static void by_shld(void *to)
{
	asm volatile("shldl $4, %1, (%0)" : : "r"(to), "r"(0x12345678) : "memory");
}

static void by_fnstcw(void *to)
{
	asm volatile("fnstcw (%0)" : : "r"(to) : "memory");
}

CASES = {
    {"wp-clear-mov", 0, 0, wp_clear, (u32)by_mov},
    {"wp-clear-shld", 0, 0, wp_clear, (u32)by_shld},
    {"wp-clear-fnstcw", 0, 0, wp_clear, (u32)by_fnstcw},
    {"hv-image-read", 0, 0, read_at, IN_HV},
    {"hv-image-write", 0, 0, write_at, IN_HV},
    {"hv-image-execute", 0, 0, call_at, IN_HV},
    {"hv-data-read", 0, 0, read_at, HV_LINEAR + 0x00C00000},
    {"hv-window-write", 0, 0, write_at, HV_WINDOW},
    {"m2p-read", 0, 0, read_at, HV_BASE},
    {"gate-code-write", 0, 0, write_gate, 0},
    {"gate-idt-write", 0, 0, write_gate, 0x1000 + VEC_PF * 8},
    {"gate-tss-write", 0, 0, write_gate, 0x1000 + GATE_TSS_OFFSET + 4},
    {"gate-gdt-write", 0, 0, write_gate, GATE_GDT *PAGE_SIZE + GATE_SHADOW_RESERVED},
    {"gate-code-execute", 0, MAY_END, call_gate_code, VEC_PF * 16},
    {"gate-leave-execute", 0, MAY_END, call_gate_code, 0x400},
    {"own-page-at-hv", 0, 0, own_page_at, IN_HV},
    {"own-page-at-window", 0, 0, own_page_at, HV_WINDOW},
    {"own-page-at-m2p", 0, 0, own_page_at, HV_BASE},
    {"own-page-at-last", 0, 0, own_page_at, 0xFFFFF000},
    {"own-page-at-gate", 0, 0, own_page_at_gate, 0x1000},
    {"gate-moves-with-ldt", 0, 0, gate_with_ldt, 0x1000},
    {"own-page-in-every-slot", 0, 0, every_slot, 0},
    {"no-slot-for-the-gate", 0, FATAL, no_slot_left, 0},
    {"no-slot-large-pages", 0, FATAL, no_slot_left, 1},
    {"touch-memory-end", 0, MAY_END, touch_memory_end, 0},
    {"touch-last-page", 0, MAY_END, touch_beyond, 0xFFFFF000},
    {"touch-64-mb", 0, MAY_END, touch_beyond, 0x04000000},
    {"table-beyond-memory", 0, MAY_END, table_beyond, 0x7FFFF000},
    {"table-last-page", 0, MAY_END, table_beyond, 0xFFFFF000},
    {"large-page-beyond-memory", 0, MAY_END, large_page_beyond, 0x7FC00000},
    {"large-page-last", 0, MAY_END, large_page_beyond, 0xFFC00000},
    {"cr3-beyond-memory", 0, FATAL, base_at, 0x7FFFF000},
    {"cr3-last-page", 0, FATAL, base_at, 0xFFFFF000},
    {"cr3-garbage", 0, FATAL, base_at, 0x00000FFF},
    {"physical-page-0x100", 0, 0, physical_is_ours, 0x00100000},
    {"table-writes-itself", 182, 0, table_writes_itself, 0},
    {"directory-maps-itself", 182, 0, directory_maps_itself, 0},
    {"table-linked-65536-times", 0, 0, table_linked_65536_times, 0},
};

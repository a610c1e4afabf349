/*
 * long.c: a GDT and an LDT of all the descriptors that selectors can name. (The last eight of a GDT
 * are the hypervisor's in a domain.) They lie where two page tables meet, and descriptors across
 * pages.
 */
#include "same.h"

#define PAGES 17u
#define VA    (0x02400000u - 8 * PAGE_SIZE) /* of a table: half of it behind a border of 4 MB */

static u8 pages[2][PAGES][PAGE_SIZE] PAGE_ALIGNED;
static u8 others[PAGES][PAGE_SIZE] PAGE_ALIGNED;
static u32 tables[2][1024] PAGE_ALIGNED, values[3] = {0x1111, 0x2222, 0x3333};
static const u16 indexes[] = {511, 512, 1023, 1024, 3000, 4095, 4096, 6001, 8183};

static void map(u8 (*to)[PAGE_SIZE])
{
	for (u32 i = 0; i < PAGES; i++) {
		u32 va = VA + i * PAGE_SIZE;

		*(volatile u32 *)&tables[va >> 22 & 1][va / PAGE_SIZE % 1024] = (u32)to[i] | RIGHTS;
	}
	*(volatile u32 *)&directory[8] = (u32)tables[0] | RIGHTS;
	*(volatile u32 *)&directory[9] = (u32)tables[1] | RIGHTS;
	write_cr3((u32)directory);
}

/* Of ring 3, and not used yet: data that begins with one of the values, or code. */
static struct desc data(u32 value)
{
	u32 at = (u32)&values[value];

	return (struct desc){at << 16 | 0xFFF, (at >> 16 & 0xFF) | (at & 0xFF000000) | 0x0040F200};
}

static void load(u32 sel)
{
	u32 is, access = 0;

	asm volatile("movl %1, %%fs\n\tmovl %%fs:0, %0" : "=r"(is) : "r"(sel) : "memory");
	asm volatile("lar %1, %0" : "+r"(access) : "r"(sel) : "cc");
	print(" %x=%x/%x", sel, is, access);
}

static void user_load(u32 sel)
{
	extern u8 user_loads[];
	extern u32 user_data;
	u32 vec;

	user_data = sel | 3;
	vec = user((u32)user_loads, EFL_FIXED);
	print(" %x: vec %x err %x eax %x;", sel, vec, vec == 0x80 ? 0 : trap_err, user_eax);
}

/* Each new part of the table is named first by `user`, or by the kernel. */
static void from_end_to_end(const char *name, struct desc *table, u32 ti, bool user)
{
	print("segments: long %s, %s first:", name, user ? "ring 3" : "ring 0");
	for (u32 i = 0; i < ARRAY_SIZE(indexes); i++) {
		u32 sel = indexes[i] * 8 | ti;

		table[indexes[i]] = data(0);
		user ? user_load(sel) : load(sel);
		print("%x", table[indexes[i]].hi & DESC_A);
		*(volatile struct desc *)&table[indexes[i]] = data(1);
		user ? load(sel) : user_load(sel);
	}
	print("\n");
}

/* On a stack there, whose pointer has 32 or 16 bits, something traps. */
static void stack(struct desc *table, u32 index, u32 ti, bool wide)
{
	u32 base, esp, after, popped;

	asm volatile("movl %%esp, %0" : "=r"(base));
	base = wide ? 0 : base & 0xFFFF0000;
	table[index] = (struct desc){0x0000FFFF, base >> 16 | (wide ? 0x00CF9200 : 0x00009200)};
	asm volatile("movl %%esp, %0\n\t"
		     "movl %3, %%ss\n\t"
		     "pushl $0x77\n\t"
		     "movl %%cr3, %1\n\tmovl %1, %%cr3\n\t"
		     "popl %2\n\t"
		     "movl %%esp, %1\n\t"
		     "movl %4, %%ss"
		     : "=&r"(esp), "=&r"(after), "=&r"(popped)
		     : "r"(index * 8 | ti), "r"(0x10)
		     : "memory");
	print("; ss %x: %x %x", index * 8 | ti, after - esp, popped);
}

/* What nobody may load; code there; stacks there. */
static void other_kinds(struct desc *table, u32 ti)
{
	extern u8 long_called[];
	struct {
		u32 eip;
		u16 cs;
	} __attribute__((packed)) far = {(u32)long_called, 5000 * 8 | ti};
	u32 cs;

	print("segments: long, others:");
	table[4001] = data(0);
	table[4001].hi &= ~DESC_P;
	table[4002] = data(0);
	table[4002].hi &= ~DESC_DPL;
	user_load(4000 * 8 | ti);
	user_load(4001 * 8 | ti);
	user_load(4002 * 8 | ti);
	table[5000] = (struct desc){0x0000FFFF, 0x00CF9A00};
	asm volatile("lcall *%1" : "=a"(cs) : "m"(far) : "memory");
	print(" called %x", cs);
	stack(table, 7000, ti, true);
	stack(table, 8100, ti, false);
	print("\n");
}

/* The same addresses, other pages. */
static void remapped(u32 ti)
{
	struct desc *other = (struct desc *)(others[0] + 4);

	memcpy(others, pages[ti ? 1 : 0], sizeof(others));
	other[512] = data(2);
	other[6001] = data(2);
	print("segments: long, remapped:");
	for (u32 i = 0; i < 4; i++) {
		map(i % 2 ? pages[ti ? 1 : 0] : others);
		load(512 * 8 | ti);
		load(6001 * 8 | ti);
	}
	print("\n");
}

void long_tables(void)
{
	struct desc *table = (struct desc *)(VA + 4);
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr = {0xFFFF, (u32)table}, before;

	map(pages[0]);
	memcpy(table, gdt, 32 * sizeof(*table));
	asm volatile("sgdt %0\n\tlgdt %1" : "=m"(before) : "m"(gdtr));
	from_end_to_end("gdt", table, 0, true);
	other_kinds(table, 0);
	remapped(0);
	asm volatile("movl %1, %%fs\n\tlgdt %0" : : "m"(before), "r"(0));

	map(pages[1]);
	load_ldt((u32)table, 0xFFFF, 0);
	from_end_to_end("ldt", table, SEL_TI, false);
	other_kinds(table, SEL_TI);
	remapped(SEL_TI);
	asm volatile("movl %0, %%fs\n\tlldt %w0" : : "r"(0));
}

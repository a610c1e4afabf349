/* machine.c: the tables and pages that the random instructions work on. */
#include "insns.h"

#define RIGHTS	 (PTE_P | PTE_RW | PTE_A | PTE_D)
#define HOT_SLOT 0x140u

u32 directory[1024] PAGE_ALIGNED;
static u32 low[1024] PAGE_ALIGNED, mid[1024] PAGE_ALIGNED;
/* Side by side, so that one window can lie in two of them. Behind the last there is nothing. */
static u8 arena[8][PAGE] PAGE_ALIGNED;
enum { HOT, BESIDE_HOT, LDT_PAGE, BESIDE_LDT, GDT_PAGE, READ_ONLY, LAST_PLAIN, HOLE };
static struct desc idt[256] PAGE_ALIGNED;
static struct tss tss PAGE_ALIGNED;
u32 lbased_base = 0xFFFFF000;
struct desc *const gdt = (struct desc *)arena[GDT_PAGE];
struct desc *const ldt = (struct desc *)arena[LDT_PAGE];
u8 data_code[PAGE] PAGE_ALIGNED, stack_page[PAGE] PAGE_ALIGNED;

struct target targets[NR_TARGETS] = {
    {"page table", arena[HOT] + 0xC00, WINDOW, 0x5C00, false, false},
    {"page table and plain", arena[HOT] + PAGE - WINDOW / 2, WINDOW, 0x5FC0, false, false},
    {"plain", arena[BESIDE_HOT] + 0x400, WINDOW, 0x6400, false, false},
    {"ldt", arena[LDT_PAGE] + 0x800, WINDOW, 0x7800, false, false},
    {"ldt and plain", arena[LDT_PAGE] + PAGE - WINDOW / 2, WINDOW, 0, false, false},
    {"gdt", arena[GDT_PAGE] + 0x800, WINDOW, 0, false, false},
    {"read-only", arena[READ_ONLY] + 0x400, WINDOW, 0, true, false},
    {"plain and nothing", arena[LAST_PLAIN] + PAGE - WINDOW / 2, WINDOW / 2, 0, false, false},
    {"page directory", (u8 *)directory + 0x800, WINDOW, 0, false, false},
    {"code", text_page + 0x800, WINDOW, TEXT_LOW + 0x800, false, true},
};
static u8 canon[NR_TARGETS][WINDOW];

static struct desc segment(u32 base, u32 limit, u32 hi)
{
	return (struct desc){.lo = base << 16 | (limit & 0xFFFF),
			     .hi = (base & 0xFF000000) | (base >> 16 & 0xFF) | (limit & 0xF0000) |
				   DESC_P | hi};
}

static struct desc flat(u32 base, u32 dpl, u32 hi)
{
	return segment(base, 0xFFFFF,
		       DESC_S | DESC_G | DESC_RW | DESC_A | dpl << DESC_DPL_SHIFT | hi);
}

static void descriptors(void)
{
	extern u8 trap_stubs[], kernel_stack_top[];
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr = {PAGE - 1, (u32)gdt}, idtr = {sizeof(idt) - 1, (u32)idt};

	gdt[SEL_KCODE / 8] = flat(0, 0, DESC_CODE | DESC_DB);
	gdt[SEL_KDATA / 8] = flat(0, 0, DESC_DB);
	gdt[SEL_UCODE / 8] = flat(0, 3, DESC_CODE | DESC_DB);
	gdt[SEL_UDATA / 8] = flat(0, 3, DESC_DB);
	gdt[SEL_TSS / 8] = segment((u32)&tss, sizeof(tss) - 1, DESC_TSS_AVAIL << 8);
	gdt[SEL_LDT / 8] = segment((u32)ldt, PAGE - 1, DESC_LDT << 8);
	gdt[SEL_KCODE16 / 8] = flat(0, 0, DESC_CODE);
	gdt[SEL_UCODE16 / 8] = flat(0, 3, DESC_CODE);
	gdt[SEL_KSTACK16 / 8] = flat(0, 0, 0);
	gdt[SEL_USTACK16 / 8] = flat(0, 3, 0);
	gdt[SEL_BASED / 8] = flat(BASED_BASE, 3, DESC_DB);
	ldt[SEL_LDATA / 8] = flat(0, 3, DESC_DB);
	ldt[SEL_LBASED / 8] = flat(lbased_base, 3, DESC_DB);
	tss.ss0 = SEL_KDATA;
	tss.esp0 = (u32)kernel_stack_top;
	tss.iomap = sizeof(tss);
	for (u32 vec = 0; vec < 256; vec++) {
		u32 at = (u32)trap_stubs + 16 * vec,
		    dpl = vec == 3 || vec == 4 || vec == 0x81 ? 3 : 0;

		idt[vec] = (struct desc){SEL_KCODE << 16 | (at & 0xFFFF),
					 (at & 0xFFFF0000) | DESC_P | dpl << DESC_DPL_SHIFT |
					     DESC_INTR_GATE << 8};
	}
	asm volatile("lgdt %0" : : "m"(gdtr));
	load_segments();
	asm volatile("lidt %0\n\tlldt %w1\n\tltr %w2" : : "m"(idtr), "r"(SEL_LDT), "r"(SEL_TSS));
}

u32 *entry_of(u32 va)
{
	return &(va >> 22 ? mid : low)[va / PAGE % 1024];
}

static void for_all(u32 va, u32 rights)
{
	*entry_of(va) = (*entry_of(va) & ~RIGHTS) | rights | PTE_US;
}

static void paging(void)
{
	for (u32 i = 16; i < 2048; i++)
		(i < 1024 ? low : mid)[i % 1024] = i * PAGE | RIGHTS;
	for (u32 i = 0; i < ARRAY_SIZE(arena); i++)
		for_all((u32)arena[i], i == READ_ONLY ? RIGHTS & ~PTE_RW : i == HOLE ? 0 : RIGHTS);
	for_all((u32)directory, RIGHTS);
	for_all((u32)text_page, RIGHTS);
	for_all((u32)data_code, RIGHTS);
	for_all((u32)stack_page, RIGHTS);
	low[5] = (u32)arena[HOT] | RIGHTS | PTE_US;
	low[6] = (u32)arena[BESIDE_HOT] | RIGHTS | PTE_US;
	low[7] = (u32)arena[LDT_PAGE] | RIGHTS | PTE_US;
	low[TEXT_LOW / PAGE] = (u32)text_page | RIGHTS | PTE_US;
	low[DATA_LOW / PAGE] = (u32)data_code | RIGHTS | PTE_US;
	low[STACK_LOW / PAGE] = (u32)stack_page | RIGHTS | PTE_US;
	directory[0] = (u32)low | RIGHTS | PTE_US;
	directory[1] = (u32)mid | RIGHTS | PTE_US;
	directory[HOT_SLOT] = (u32)arena[HOT] | RIGHTS | PTE_US;
	*(u32 *)arena[HOT] = (u32)arena[BESIDE_HOT] | RIGHTS;
	write_cr3((u32)directory);
	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_PG | CR0_WP | CR0_NE);
	write_cr4(CR4_OSFXSR | CR4_OSXMMEXCPT);
	(void)*(volatile u32 *)(HOT_SLOT << 22); /* now it is a live page table */
}

static void fill_windows(void)
{
	for (u32 t = 0; t < NR_TARGETS; t++)
		for (u32 i = 0; i < WINDOW; i += 4) {
			u32 val = random32();

			/* Nothing is reached by these, but they look it. */
			if (targets[t].window == (u8 *)directory + 0x800)
				val &= ~PTE_P;
			else if (targets[t].code)
				val = 0x90909090;
			else if (t < 2)
				val = (u32)arena[BESIDE_HOT] | (val & PTE_FLAGS);
			memcpy(canon[t] + i, &val, 4);
		}
}

static void put_back(u32 t)
{
	u8 *at = targets[t].window;

	if (targets[t].read_only)
		write_cr0(read_cr0() & ~CR0_WP);
	memcpy(at, canon[t], targets[t].bytes);
	if (targets[t].read_only)
		write_cr0(read_cr0() | CR0_WP);
}

void machine_init(void)
{
	outb(0x21, 0xFF);
	outb(0xA1, 0xFF);
	descriptors();
	paging();
	fill_windows();
	/* Pages are shared by some windows, so one window may be another's page's end. */
	for (u32 t = 0; t < NR_TARGETS; t++)
		put_back(t);
}

/* The descriptors in use: nobody may have touched them. */
static u32 descriptors_sum(bool tell)
{
	const u32 *words = (const u32 *)arena[GDT_PAGE];
	static u32 before;
	u32 sum = 0;

	for (u32 i = 0; i < SEL_BASED / 8 * 2 + 2; i++)
		sum = (sum ^ words[i]) * 16777619;
	if (tell && before && sum != before)
		print(" descriptors changed");
	before = sum;
	return sum;
}

u32 windows_settle(u32 skip, u32 skip_bytes, bool tell)
{
	u32 sum = descriptors_sum(tell);

	for (u32 t = 0; t < NR_TARGETS; t++) {
		const u8 *at = targets[t].window;
		bool changed = false;

		for (u32 i = 0; i < targets[t].bytes; i++) {
			if (at[i] == canon[t][i])
				continue;
			changed = true;
			/* Whoever reads code may find a patch there. */
			if ((u32)at + i - skip < skip_bytes || targets[t].code)
				continue;
			sum = (sum ^ (t << 16 | i << 8 | at[i])) * 16777619;
			if (tell)
				print(" %s+%x=%x", targets[t].name, i, at[i]);
		}
		if (changed)
			put_back(t);
	}
	return sum;
}

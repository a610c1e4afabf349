/* env.c: what the hostile kernel for shadow mode stands on: tables and traps. */
#include "boot/multiboot.h"
#include "native/native.h"

u32 directory[1024] PAGE_ALIGNED, tables[2][1024] PAGE_ALIGNED;
struct desc gdt[8192] PAGE_ALIGNED, idt[256] PAGE_ALIGNED;
struct tss tss;
u32 page_a[1024] PAGE_ALIGNED, page_b[1024] PAGE_ALIGNED, page_c[1024] PAGE_ALIGNED;
u32 memory_end;

void native_main(const struct multiboot_info *info) __attribute__((noreturn));
u32 note_trap(const u32 *frame);

void hook(u32 slot, const void *table, u32 flags)
{
	directory[slot] = (u32)table | flags;
}

u32 get_cr3(void)
{
	return read_cr3();
}

void set_cr3(u32 cr3)
{
	write_cr3(cr3);
}

void flush(void)
{
	set_cr3(get_cr3());
}

struct table_register {
	u16 limit;
	u32 base;
} __attribute__((packed));

void load_gdt(const void *base, u32 limit)
{
	struct table_register r = {limit, (u32)base};

	asm volatile("lgdt %0" : : "m"(r) : "memory");
}

void load_idt(const void *base, u32 limit)
{
	struct table_register r = {limit, (u32)base};

	asm volatile("lidt %0" : : "m"(r) : "memory");
}

u32 note_trap(const u32 *frame)
{
	last_trap = (struct trap){frame[0], frame[1], frame[2], frame[3] & 0xFFFF, frame[4], 0};
	if (last_trap.vec == VEC_PF)
		last_trap.cr2 = read_cr2();
	if (!attempt_sp) {
		print(
		    "rogue: an exception that nobody expects: vector %u at %x, error %x, cr2 %x\n",
		    last_trap.vec, last_trap.eip, last_trap.err, last_trap.cr2);
		power_off(false);
	}
	return last_trap.vec;
}

static u32 flags_now(void)
{
	u32 flags;

	asm volatile("pushfl\n\tpopl %0" : "=r"(flags));
	return flags;
}

/* Our processor must still be as we believe it is, and our pages ours. */
const char *aftermath(void)
{
	static const struct user nothing = {user_page, 0};
	static u32 table[1024] PAGE_ALIGNED;
	volatile u32 *alias = (u32 *)0x40000000, *page = page_a; /* the same page */

	if (get_cr3() != (u32)directory)
		return "left-cr3";
	if (flags_now() & (EFL_IF | EFL_IOPL | EFL_NT | EFL_VM))
		return "left-flags";
	/* Map a page, use it, unmap it. */
	table[0] = (u32)page_a | PTE_NORMAL;
	hook(0x100, table, PTE_NORMAL);
	flush();
	memset(page_a, 0, PAGE_SIZE);
	memset(page_b, 0, PAGE_SIZE);
	memset(page_c, 0, PAGE_SIZE);
	alias[5] = 0x1234;
	if (page[5] != 0x1234)
		return "left-mapping";
	page[5] = 0;
	table[0] = 0;
	invlpg((u32)alias);
	if (attempt(try_read, (u32)alias) != VEC_PF || last_trap.cr2 != (u32)alias)
		return "left-unmapping";
	directory[0x100] = 0;
	flush();
	if (in_ring_3(&nothing) != NO_TRAP)
		return "left-ring-3";
	return NULL;
}

static void set_gate(u32 vec, u32 offset, u32 dpl)
{
	idt[vec] = (struct desc){KERNEL_CS << 16 | (offset & 0xFFFF),
				 (offset & 0xFFFF0000) | DESC_P | dpl << DESC_DPL_SHIFT |
				     DESC_INTR_GATE << 8};
}

static struct desc flat(u32 dpl, u32 type)
{
	return (struct desc){0x0000FFFF, 0x000F0000 | DESC_G | DESC_DB | DESC_P | DESC_S |
					     dpl << DESC_DPL_SHIFT | DESC_RW | type};
}

static void descriptors(void)
{
	u32 base = (u32)&tss;

	gdt[KERNEL_CS / 8] = flat(0, DESC_CODE);
	gdt[KERNEL_DS / 8] = flat(0, 0);
	gdt[USER_CS / 8] = flat(3, DESC_CODE);
	gdt[USER_DS / 8] = flat(3, 0);
	gdt[TSS_SEL / 8] =
	    (struct desc){base << 16 | (sizeof(tss) - 1),
			  (base & 0xFF000000) | (base >> 16 & 0xFF) | DESC_P | DESC_TSS_AVAIL << 8};
	tss.ss0 = KERNEL_DS;
	tss.esp0 = (u32)trap_stack_top;
	tss.iomap = sizeof(tss);
	load_gdt(gdt, 8 * 8 - 1);
	load_segments();
	asm volatile("ltr %w0" : : "r"(TSS_SEL));

	for (u32 vec = 0; vec < 48; vec++)
		set_gate(vec, (u32)trap_stubs + 16 * vec, 0);
	/* So that code in ring 3 can say that it got through. */
	set_gate(0x80, (u32)trap_stub_80, 3);
	load_idt(idt, sizeof(idt) - 1);
}

void native_main(const struct multiboot_info *info)
{
	descriptors();
	for (u32 i = 0; i < 2048; i++)
		tables[i / 1024][i % 1024] = i * PAGE_SIZE | PTE_NORMAL;
	/* Ring 3 gets its two pages when it runs. */
	hook(0, tables[0], PTE_NORMAL | PTE_US);
	hook(1, tables[1], PTE_NORMAL | PTE_US);
	set_cr3((u32)directory);
	write_cr0(read_cr0() | CR0_PG | CR0_WP);
	memory_end = 0x100000 + info->mem_upper * 1024;
	outb(0x21, 0xFF); /* no interrupts from either PIC */
	outb(0xA1, 0xFF);
	power_off(rogue_main((const char *)info->cmdline));
}

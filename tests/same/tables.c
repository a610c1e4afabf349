/* tables.c: the descriptor and page tables of the guest that prints what it sees. */
#include "same.h"

struct desc gdt[32] PAGE_ALIGNED, ldt[8192] PAGE_ALIGNED;
static struct desc idt[256] PAGE_ALIGNED;
u32 directory[1024] PAGE_ALIGNED;
static u32 low[2][1024] PAGE_ALIGNED;
static struct tss tss PAGE_ALIGNED;
static u16 tss16[22] PAGE_ALIGNED;

static struct desc system_segment(u32 base, u32 limit, u32 hi)
{
	return (struct desc){base << 16 | limit,
			     (base & 0xFF000000) | (base >> 16 & 0xFF) | DESC_P | hi};
}

void tables_init(void)
{
	extern u8 trap_stubs[];
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr = {sizeof(gdt) - 1, (u32)gdt},
				  idtr = {sizeof(idt) - 1, (u32)idt};

	gdt[1] = (struct desc){0x0000FFFF, 0x00CF9B00};
	gdt[2] = (struct desc){0x0000FFFF, 0x00CF9300};
	gdt[3] = (struct desc){0x0000FFFF, 0x00CFFB00};
	gdt[4] = (struct desc){0x0000FFFF, 0x00CFF300};
	for (u32 vec = 0; vec < 256; vec++) {
		u32 at = (u32)trap_stubs + 16 * vec;

		idt[vec] = (struct desc){0x08 << 16 | (at & 0xFFFF),
					 (at & 0xFFFF0000) | DESC_P | DESC_INTR_GATE << 8 |
					     (vec == 0x80 ? DESC_DPL : 0)};
	}
	asm volatile("lgdt %0" : : "m"(gdtr));
	load_segments();
	asm volatile("lidt %0" : : "m"(idtr));
}

void load_tss(bool wide)
{
	extern u8 kernel_stack_top[];

	tss.esp0 = (u32)kernel_stack_top;
	tss.ss0 = 0x10;
	tss.iomap = sizeof(tss);
	/* link, SP, SS: the stack lies below 64 KB */
	tss16[1] = 0x7F00;
	tss16[2] = 0x10;
	gdt[5] = wide ? system_segment((u32)&tss, sizeof(tss) - 1, DESC_TSS_AVAIL << 8)
		      : system_segment((u32)tss16, sizeof(tss16) - 1, (DESC_TSS_AVAIL & ~8u) << 8);
	asm volatile("ltr %w0" : : "r"(0x28));
}

void load_ldt(u32 base, u32 limit_low, u32 hi)
{
	gdt[6] = system_segment(base, limit_low, DESC_LDT << 8 | hi);
	asm volatile("lldt %w0" : : "r"(0x30));
}

void paging_init(void)
{
	for (u32 i = 0; i < 2048; i++)
		low[i / 1024][i % 1024] = i * PAGE_SIZE | RIGHTS | PTE_US;
	directory[0] = (u32)low[0] | RIGHTS | PTE_US;
	directory[1] = (u32)low[1] | RIGHTS | PTE_US;
	write_cr3((u32)directory);
	write_cr0(read_cr0() | CR0_PG | CR0_WP);
}

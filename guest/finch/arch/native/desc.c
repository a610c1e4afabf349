/*
 * desc.c (native): the GDT, IDT and TSS (SDM 3A, chapters 3, 6 and 7).
 *
 * Each has a page to itself. The processor does not ask for that; whoever watches writes to
 * such tables by write-protecting their page does: what shared the page would suffer with it.
 */
#include "arch.h"
#include "lib/lib.h"

struct descriptor {
	u32 low, high;
};

struct table_register {
	u16 limit;
	u32 base;
} __attribute__((packed));

struct tss {
	u32 link, esp0, ss0;
	u32 rest[22];
	u16 trap, io_map;
};

/* The upper word of a flat 4 GB descriptor: G, D, limit 19:16; then P, DPL, S and the type. */
#define FLAT_CODE(dpl)	    (0x00CF9B00u | (dpl) << 13)
#define FLAT_DATA(dpl)	    (0x00CF9300u | (dpl) << 13)
#define TSS_AVAILABLE	    0x8900u
#define GATE_INTERRUPT(dpl) (0x8E00u | (dpl) << 13)

#define PAGE_OF_ITS_OWN __attribute__((aligned(4096)))

static struct descriptor gdt[512] PAGE_OF_ITS_OWN = {
    [KERNEL_CS / 8] = {0x0000FFFF, FLAT_CODE(0)},
    [KERNEL_DS / 8] = {0x0000FFFF, FLAT_DATA(0)},
    [USER_CS / 8] = {0x0000FFFF, FLAT_CODE(3)},
    [USER_DS / 8] = {0x0000FFFF, FLAT_DATA(3)},
};
static struct descriptor idt[512] PAGE_OF_ITS_OWN; /* 256 are used */
static union {
	struct tss tss;
	u8 page[PAGE_SIZE];
} task PAGE_OF_ITS_OWN;

extern const u32 trap_entries[256]; /* trap.S */

void set_kernel_stack(u32 top)
{
	task.tss.esp0 = top;
}

void descriptors_init(void)
{
	struct table_register gdtr = {TSS_SEL + 7, (u32)gdt};
	struct table_register idtr = {256 * 8 - 1, (u32)idt};
	u32 tss = (u32)&task.tss;

	task.tss.ss0 = KERNEL_DS;
	task.tss.io_map = sizeof(struct tss); /* past the limit: no port for applications */
	gdt[TSS_SEL / 8] = (struct descriptor){
	    tss << 16 | (sizeof(struct tss) - 1),
	    (tss & 0xFF000000) | (tss >> 16 & 0xFF) | TSS_AVAILABLE,
	};
	/*
	 * Interrupt gates all, which clear IF: the kernel is not to be interrupted (sched.c).
	 * Applications may ask for the system call and, as a debugger's habit, for int3.
	 */
	for (u32 vec = 0; vec < 256; vec++) {
		u32 dpl = vec == TRAP_SYSCALL || vec == 3 ? 3 : 0, to = trap_entries[vec];

		idt[vec].low = KERNEL_CS << 16 | (to & 0xFFFF);
		idt[vec].high = (to & 0xFFFF0000) | GATE_INTERRUPT(dpl);
	}
	/*
	 * DS and ES get the applications' flat segment once and keep it: kernel memory is guarded
	 * by the pages' U/S bit, so there is nothing to change at each entry.
	 */
	asm volatile("lgdt %0\n\t"
		     "ljmp %1, $1f\n"
		     "1:\n\t"
		     "movl %2, %%ss\n\t"
		     "movl %3, %%ds\n\t"
		     "movl %3, %%es\n\t"
		     "lidt %4\n\t"
		     "ltr %w5"
		     :
		     : "m"(gdtr), "i"(KERNEL_CS), "r"(KERNEL_DS), "r"(USER_DS), "m"(idtr),
		       "r"(TSS_SEL)
		     : "memory");
}

/*
 * native.c: a small kernel that leaves much behind: page tables and directories, descriptor tables,
 * code of its own making, a timer, a breakpoint, a full FPU. Between, it waits a few times for the
 * timer. It ends by port f4 with 0, or with the number of what was not as it should be.
 */
#include "pc.h"
#include "small.h"

#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define SPARE	     0x00800000u /* linear, where nothing else is */
#define OWN	     1001u

asm("debug: incl struck\n"
    "	iret\n");
extern u8 debug[];

static u32 directory[2][1024] PAGE_ALIGNED, low[1024] PAGE_ALIGNED, high[1024] PAGE_ALIGNED;
static u8 code[4096] PAGE_ALIGNED;
static u32 ldt_word = 0x1D7, pages[8][1024] PAGE_ALIGNED;
static u64 ldt[2];

static void __attribute__((noreturn)) end(u32 status)
{
	asm volatile("outl %0, $0xF4" : : "a"(status));
	for (;;)
		;
}

static u64 segment(u32 base, u32 limit, u32 type)
{
	return (limit & 0xFFFF) | (u64)(base & 0xFFFFFF) << 16 | (u64)type << 40 |
	       (u64)(limit >> 16 & 0xF) << 48 | (u64)0xC << 52 | (u64)(base >> 24) << 56;
}

static void load_own_tables(void)
{
	gdt[3] = segment((u32)ldt, sizeof(ldt) - 1, 0x82) & ~((u64)0xC << 52);
	ldt[1] = segment((u32)&ldt_word, 0xFF, 0x92);
	set_gate(1, debug);
	load_tables();
	asm volatile("lldt %w0" : : "r"(24) : "memory");
}

static void use_directory(const u32 *pd)
{
	asm volatile("movl %0, %%cr3" : : "r"(pd) : "memory");
}

static void start_paging(void)
{
	for (u32 i = 0; i < 1024; i++)
		low[i] = i << 12 | 3;
	for (u32 d = 0; d < 2; d++) {
		directory[d][0] = (u32)low | 3;
		directory[d][SPARE >> 22] = (u32)high | 3;
	}
	use_directory(directory[0]);
	asm volatile("movl %0, %%cr0" : : "r"(0x80000011) : "memory");
}

/* Map pages, write them, move them, from both directories. */
static void use_memory(u32 round)
{
	volatile u32 *spare = (volatile u32 *)SPARE;

	for (u32 i = 0; i < 8; i++)
		high[i] = (u32)pages[(i + round) % 8] | 3;
	for (u32 d = 2; d-- > 0;) {
		use_directory(directory[d]);
		for (u32 i = 0; i < 8; i++) {
			spare[i * 1024] = round * 8 + i;
			if (pages[(i + round) % 8][0] != round * 8 + i)
				end(1);
		}
	}
}

/* pushf; pop %eax; ret: sensitive, and not in the file. */
static void run_new_code(u32 round)
{
	u8 *at = code + round * 16;
	u32 flags;

	at[0] = 0x9C;
	at[1] = 0x58;
	at[2] = 0xC3;
	asm volatile("call *%1" : "=a"(flags) : "r"(at) : "memory");
	if (!(flags & 0x200))
		end(2);
}

void main(const char *cmdline)
{
	(void)cmdline;
	load_own_tables();
	start_paging();
	start_timer(0xFE, 11930); /* 10 ms: 1 ms is over in Bochs before its handler is */
	fill_fpu(OWN);
	asm volatile("movl %0, %%dr0\n\tmovl %1, %%dr7\n\tsti"
		     :
		     : "r"(&watched), "r"(0xD0402)); /* writes of 4 bytes */
	for (u32 round = 0; round < ROUNDS; round++) {
		use_memory(round);
		run_new_code(round);
		asm volatile("hlt");
		if (!fpu_is_ours(OWN))
			end(3);
		if (far_word(12) != ldt_word)
			end(4);
		watched = round;
		if (struck != round + 1)
			end(5);
	}
	end(0);
}

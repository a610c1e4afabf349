/*
 * walk.c: one page fault, to be followed step by step: the first write to a page of demand-zero
 * memory. Which page, the seed decides.
 *
 * A neighbour is touched first. So the page table is there and the kernel's handler has run once,
 * and the fault that counts needs nothing but the page itself.
 */
#include "lib/lib.h"

#define BASE  0x40000000u
#define SIZE  0x00400000u
#define PAGE  4096u
#define PAGES (SIZE / PAGE)
#define STEP  389u /* odd, so that 1024 seeds in a row give 1024 pages; seed 1 gives page 1 */

int main(int argc, char **argv)
{
	u32 seed = argc > 1 ? atou(argv[1]) : 1;
	u32 page = ((seed - 1) * STEP + 1) % PAGES, neighbour = page ^ 1;
	u32 va = BASE + page * PAGE, value = 0xC0FFEE00u + (seed & 0xFF), got;

	if (mmap(BASE, SIZE, PROT_READ | PROT_WRITE | MAP_FIXED) != (s32)BASE)
		die("mmap failed");
	*(volatile u32 *)(BASE + neighbour * PAGE) = 1;
	printf("walk: touching va=0x%08x\n", va);
	asm volatile("movl %1, (%0)" : : "r"(va), "r"(value) : "memory");
	got = *(volatile u32 *)va;
	printf("walk: read back 0x%08x %s\n", got, got == value ? "ok" : "WRONG");
	return got != value;
}

/* lab03_native.c: what page-table entries cost under shadow page tables, by how many change
 * together. */
#include "native.h"

static void reload_cr3(void)
{
	asm volatile("movl %0, %%cr3" : : "r"(pd) : "memory");
}

static u32 tsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low;
}

void lab03_native(void)
{
	volatile u32 *table = pt_test;

	if (!scenario_is("measure"))
		return;
	descriptors_init();
	table[0] = POOL | P | RW | A | D;
	paging_on();
	store(TEST_BASE, 1); /* so that the table has a shadow */
	for (u32 i = 0; i < 512; i++)
		store(POOL + i * PAGE, 1); /* and each page its memory */
	for (u32 n = 1; n <= 512; n *= 2) {
		u32 start = tsc();

		for (u32 i = 1; i <= n; i++)
			table[i] = (POOL + i % 512 * PAGE) | P | RW | A | D;
		load(TEST_BASE + PAGE);
		say("measure what=update n=%u start=%u end=%u\n", n, start, tsc());
		for (u32 i = 1; i <= n; i++)
			table[i] = 0;
		reload_cr3();
	}
	finish(0);
}

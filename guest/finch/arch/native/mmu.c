/* mmu.c (native): page tables are memory like any other; only the TLB must be told. */
#include "arch.h"
#include "lib/lib.h"

#define KERNEL_PDE  (KERNEL_BASE >> 22)
#define START_PAGES 4096u /* start.S has mapped so many */

pte_t kernel_directory[1024] __attribute__((aligned(4096)));
pte_t kernel_tables[MAX_PAGES] __attribute__((aligned(4096)));
static u32 cr3; /* what the register holds */

void mmu_init(u32 nr_pages)
{
	for (u32 pfn = START_PAGES; pfn < nr_pages; pfn++)
		kernel_tables[pfn] = pte_make(pfn, PTE_P | PTE_RW | PTE_A | PTE_D);
	for (u32 i = 0; i < (nr_pages + 1023) / 1024; i++)
		kernel_directory[KERNEL_PDE + i] =
		    pte_make(frame_of(&kernel_tables[i * 1024]), PTE_P | PTE_RW | PTE_A);
	/* The kernel no longer runs at its load address. */
	memset(kernel_directory, 0, KERNEL_PDE * sizeof(pte_t));
	mmu_switch(kernel_directory);
}

pte_t *mmu_kernel_directory(void)
{
	return kernel_directory;
}

void mmu_activate(pte_t *dir)
{
	(void)dir;
}

void mmu_retire(pte_t *dir)
{
	(void)dir;
}

void mmu_hook(pte_t *slot, u32 table_pfn)
{
	mmu_map(slot, pte_make(table_pfn, PTE_P | PTE_RW | PTE_US | PTE_A));
}

void mmu_remap(vaddr_t va, pte_t *slot, pte_t e)
{
	mmu_map(slot, e);
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

void mmu_queue(pte_t *slot, pte_t e)
{
	mmu_map(slot, e);
}

void mmu_switch(pte_t *dir)
{
	cr3 = frame_of(dir) << PAGE_SHIFT;
	asm volatile("movl %0, %%cr3" : : "r"(cr3) : "memory");
}

void mmu_commit(void)
{
	/* Loading CR3 anew empties the TLB (SDM 3A, 4.10.4). */
	asm volatile("movl %0, %%cr3" : : "r"(cr3) : "memory");
}

/* table.c: walking and growing a two-level page table (SDM 3A, 4.3). */
#include "mm/mm.h"

#define PDE_USER (PTE_P | PTE_RW | PTE_US | PTE_A)

static pte_t *slot_in(pte_t pde, vaddr_t va)
{
	pte_t *table = frame_address(pte_pfn(pde));

	return &table[(va >> PAGE_SHIFT) & 1023];
}

pte_t *table_find(struct space *s, vaddr_t va)
{
	pte_t pde = s->dir[va >> 22];

	return pde.v & PTE_P ? slot_in(pde, va) : NULL;
}

pte_t *table_make(struct space *s, vaddr_t va)
{
	pte_t *pde = &s->dir[va >> 22];
	void *table;

	if (pde->v & PTE_P)
		return slot_in(*pde, va);
	table = page_alloc();
	if (!table)
		return NULL;
	if (s->live)
		mmu_hook(pde, frame_of(table));
	else
		*pde = pte_make(frame_of(table), PDE_USER);
	return slot_in(*pde, va);
}

/* inline.h: of the port to a host test: who changes entries asks the test's processor. */
#ifndef FINCH_INLINE_H
#define FINCH_INLINE_H

static inline pte_t pte_make(u32 pfn, u32 flags)
{
	return (pte_t){pfn << PAGE_SHIFT | flags};
}

static inline u32 pte_pfn(pte_t e)
{
	return e.v >> PAGE_SHIFT;
}

void mmu_map(pte_t *slot, pte_t e);

#endif

/* inline.h (native): short functions of the PC port, and what its files ask of each other. */
#ifndef FINCH_INLINE_H
#define FINCH_INLINE_H

#include "dev/io.h"

static inline pte_t pte_make(u32 pfn, u32 flags)
{
	return (pte_t){pfn << PAGE_SHIFT | flags};
}

static inline u32 pte_pfn(pte_t e)
{
	return e.v >> PAGE_SHIFT;
}

static inline void mmu_map(pte_t *slot, pte_t e)
{
	/* One store, in one piece: the processor may walk the table at any moment. */
	*(volatile u32 *)&slot->v = e.v;
}

/* desc.c: GDT, IDT, TSS. */
void descriptors_init(void);
/* pic.c, pit.c */
void pic_init(void);
void pic_end(u32 irq);
void pit_init(void);
/* uart.c */
void uart_init(void);
void uart_interrupt(void);
/** Wait until all that was written is on the wire. */
void uart_drain(void);
/* mmu.c: map memory from PAGES_AT_START on. */
void mmu_init(u32 nr_pages);
/* start.S hands over to multiboot.c. */
void native_start(u32 magic, u32 info) __attribute__((noreturn));

#endif

/* port.h (native): constants and short functions of the PC port. */
#ifndef FINCH_PORT_H
#define FINCH_PORT_H

#define PORT_NAME "native"

/* Selectors: the order of the descriptors in desc.c. */
#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define USER_CS	  0x1B /* RPL 3 */
#define USER_DS	  0x23
#define TSS_SEL	  0x28

#define IRQ_BASE 0x20 /* where pic.c moves the interrupts of the 8259A pair */

#define PORT_KERNEL_PDE_END 1024 /* the kernel's part of a directory reaches to its end */

#ifndef __ASSEMBLER__
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

static inline u8 inb(u16 port)
{
	u8 v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline void outb(u16 port, u8 v)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

/* desc.c: GDT, IDT, TSS. */
void descriptors_init(void);
/* pic.c, pit.c */
void pic_init(void);
void pic_unmask(u32 irq);
void pic_end(void);
void pit_init(void);
/* uart.c */
void uart_init(void);
void uart_interrupt(void);
/* mmu.c: map memory from PAGES_AT_START on. */
void mmu_init(u32 nr_pages);
/* start.S hands over to multiboot.c. */
void native_start(u32 magic, u32 info) __attribute__((noreturn));
#endif
#endif

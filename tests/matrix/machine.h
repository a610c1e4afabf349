/* machine.h: the machine in which the cells run, as machine.c and tables.c set it up. */
#ifndef MACHINE_H
#define MACHINE_H
#include "matrix.h"

#define STACK_BYTES 4096

/* tables.c */
extern struct desc gdt[NR_GDT], ldt[NR_LDT], idt[NR_GATES];
/** A TSS with a map of the ports below 0x100. */
extern struct task {
	struct tss tss;
	u8 map[33];
} __attribute__((packed)) tss, tss_other;
void tables_init(void);
void tables_reset(void);

/* machine.c */
/** What a ring-0 kernel can see besides general registers. */
struct machine_state {
	u32 cr0, cr2, cr3, cr4;
	u32 gdtr_base, gdtr_limit, idtr_base, idtr_limit, ldtr, tr;
	u32 dr0, dr1, dr2, dr3, dr6, dr7;
};
#define MACHINE_WORDS (sizeof(struct machine_state) / 4)
extern const char *const machine_names[MACHINE_WORDS];
extern u32 mem[MEM_SIZE / 4];
extern u8 cell_stack[STACK_BYTES], trap_stack[STACK_BYTES], trap_stack2[STACK_BYTES];
/** Serial port, paging, tables: once. */
void machine_init(void);
/** Before each cell: all as it was. */
void machine_reset(void);
void machine_capture(struct machine_state *s);
void debug_registers_reset(void);
/** What machine_capture() said when the last cell ended, its debug registers reset since. */
extern struct machine_state state_after;
/** For cells: IRQ0 will come, once, after a while; or wait until it is pending, with IF 0. */
void timer_start(void);
void timer_pending(void);
/** No more interrupts from the timer; its last one is dealt with. */
void timer_stop(void);

#endif

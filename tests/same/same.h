/* same.h: a guest that prints what it sees of its machine; tests/boot/platform.sh holds a domain's
 * lines against the bare machine's. */
#ifndef SAME_H
#define SAME_H

#include "boot/multiboot.h"
#include "cpu/x86.h"
#include "rogue.h"

#define RIGHTS (PTE_P | PTE_RW | PTE_A | PTE_D)

/** Registers at the entry: eax eflags cs ds es ss fs gs cr0 cr4. */
extern u32 first[10];
u32 user(u32 eip, u32 eflags);
extern u32 user_eax, trap_vec, trap_err, trap_eip, trap_cs, trap_esp;
void load_segments(void);

/* tables.c */
extern struct desc gdt[], ldt[];
void tables_init(void);
/** Map what lies in the first 8 MB where it is; turn paging on. */
void paging_init(void);
extern u32 directory[1024];
/** The stack of ring 0 is named by a TSS of 16 or 32 bits. */
void load_tss(bool wide);
void load_ldt(u32 base, u32 limit_low, u32 hi);

/* The parts. */
void platform(const struct multiboot_info *mb);
void stale(void);
void segments(void);
void long_tables(void);
void code(void);
void beyond(void);
void beyond_unpaged(void);
void beyond_everywhere(void);

#endif

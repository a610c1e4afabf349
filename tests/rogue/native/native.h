/* native.h: the hostile kernel for shadow mode: its selectors, tables and pages. */
#ifndef ROGUE_NATIVE_H
#define ROGUE_NATIVE_H

#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define USER_CS	  0x1B
#define USER_DS	  0x23
#define TSS_SEL	  0x28
#define SPARE_SEL 0x30 /* for the cases */

#ifndef __ASSEMBLER__
#include "cpu/gate.h" /* an attacker reads the source, too */
#include "cpu/layout.h"
#include "cpu/x86.h"
#include "rogue.h"

#define IN_HV	   (HV_LINEAR + HV_IMAGE_PHYS)
#define PTE_NORMAL (PTE_P | PTE_RW | PTE_A | PTE_D)
#define UNMAPPED   0x00C00000u /* we map the first 8 MB */

/* env.c: all memory is mapped where it is (first 8 MB). */
extern u32 directory[1024], tables[2][1024]; /* of page tables */
extern struct desc gdt[8192], idt[256];
extern struct tss tss;
extern u32 page_a[1024], page_b[1024], page_c[1024]; /* for the cases; zero between them */
extern u32 memory_end; /* the first guest-physical address that there is not */

/** Hook page table `table` (page-aligned, identity-mapped) into the directory. */
void hook(u32 slot, const void *table, u32 flags);
void flush(void);
/** A local descriptor table: SPARE_SEL names it, its entry 1 is the kernel's data. */
void make_ldt(void);
void load_gdt(const void *base, u32 limit);
void load_idt(const void *base, u32 limit);
u32 get_cr3(void);
void set_cr3(u32 cr3);
/** Linear address of the gate: what sgdt says in ring 3, which cannot be hidden. */
u32 gate_va(void);

/* start.S, user.S */
extern u8 trap_stubs[], trap_stub_80[], stack_top[], trap_stack_top[], user_stack[], user_page[];
void user_call(u32 stub, u32 arg);
void load_segments(void);

/** Code and its argument for ring 3; see user.c. */
struct user {
	const u8 *stub;
	u32 arg;
};
/** Run it there. @return the vector that it ended with, NO_TRAP if it got through */
u32 in_ring_3(const struct user *u);
#endif
#endif

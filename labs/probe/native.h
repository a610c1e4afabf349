/* native.h: the shadow-mode probe's machine: descriptors, paging, traps. */
#ifndef PROBE_NATIVE_H
#define PROBE_NATIVE_H

#include "probe.h"

/* Page-table bits (SDM 3A 4.3). */
enum { P = 1, RW = 2, US = 4, A = 0x20, D = 0x40, PS = 0x80 };
#define NO_TRAP	  0xFFFFFFFFu
#define TEST_BASE 0x40000000u /* where pt_test maps */
#define POOL	  0x00200000u /* 2 MB of physical pages that nobody uses */

extern u32 pd[1024], pt_low[1024], pt_test[1024], pt_spare[1024];
extern u32 idt[512], probe_gdt[1024], probe_tss[26];
extern u8 stack_top[];

/* What the last trap pushed (native.S). */
extern u32 trap_vec, trap_err, trap_eip, trap_cs, trap_eflags, trap_esp, trap_ss, trap_eax;
extern u32 trap_top; /* ESP above all words: from ring 3, what the TSS said; else what it was */
extern u32 trap_return, trap_return_esp;
u32 try(void (*f)(void *), void *arg);
void enter_user(u32 eip, u32 esp, u32 eflags, u32 eax);
u32 iret_here(u32 eflags);

/** GDT, IDT and TSS. */
void descriptors_init(void);
/** Turn paging on: the first 4 MB as they are, and pt_test at TEST_BASE. */
void paging_on(void);

static inline void outb(u16 port, u8 val)
{
	asm volatile("outb %0, %1" : : "a"(val), "Nd"(port));
}
static inline void flush(u32 va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}
static inline u32 load(u32 va)
{
	u32 val;

	asm volatile("movl (%1), %0" : "=r"(val) : "r"(va) : "memory");
	return val;
}
static inline void store(u32 va, u32 val)
{
	asm volatile("movl %0, (%1)" : : "r"(val), "r"(va) : "memory");
}

/* The scenarios, by file. */
void lab01_native(void), lab02(void), lab03_native(void);

/** The interrupt controller: its vectors from `vec` on, and which lines are masked. */
void pic_init(u8 vec, u8 masked);
/** All lines are masked, and none is in service. */
void pic_off(void);
/** Does the timer's interrupt wait for IF? */
bool timer_pending(void);
/** Let the timer's interrupt, and no other, wait. */
void timer_waits(void);

#endif

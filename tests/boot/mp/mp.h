/*
 * mp.h: an ordinary kernel for a PC with several processors: what each has, and what they share.
 *
 * Each processor has a stack of its own, aligned to its size; at its bottom lies all that is the
 * processor's (struct me). So the stack pointer says who one is, in handlers, too.
 */
#ifndef MP_H
#define MP_H

#define STACK_SIZE 16384
#define TRAMPOLINE 0x8000 /* where the others begin, in real mode; on the next page, too */
/* Offsets in struct me. */
#define ME_GO_ON     4
#define ME_FAULTS    8
#define ME_NOT_THERE 12
#define ME_WATCHED   16
#define ME_TICKS     20
#define ME_KERNEL_SP 24
/* Selectors. */
#define SEL_CODE   0x08
#define SEL_DATA   0x10
#define SEL_CODE_3 0x1B
#define SEL_DATA_3 0x23
#define SEL_TSS	   0x28
#define SEL_LDT	   0x30
#define SEL_OWN	   0x38 /* of the GDT, and of the LDT: each processor's is another */
#define SEL_IN_LDT 0x0C
/* Vectors. */
#define VEC_PIC	    0x20
#define VEC_CALL    0x30
#define VEC_LETTER  0x41
#define VEC_FLUSH   0x52
#define VEC_ALARM   0x63
#define VEC_UNUSUAL 0xFF

#ifndef __ASSEMBLER__
#include "cpu/x86.h"
#include "kit.h"

#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define MAX_CPUS     8u
#define NR_PAGES     8u
#define NR_COUNTERS  4u
#define APIC	     0xE0000000u /* linear, once there is paging */
#define PRIVATE	     0xD0000000u /* a page that each page directory has for itself */
#define READ_ONLY    1u
#define WRITABLE     3u
#define USER	     4u

struct me {
	u32 nr;
	volatile u32 go_on, faults, not_there, watched, ticks, kernel_sp;
	u32 random;
	/* What it should be. */
	u32 counted[NR_COUNTERS], added, sent[MAX_CPUS], alarms_set;
	volatile u32 received, alarms, own_base;
	s32 fpu;
	u32 rounds, starts;
};

extern u32 nr_cpus, seed, nr_rounds, slow;

static inline struct me *me(void)
{
	u32 esp;

	asm volatile("movl %%esp, %0" : "=r"(esp));
	return (struct me *)(esp & ~(STACK_SIZE - 1));
}

/* asm.S */
extern u8 trampoline[], trampoline_stack[], trampoline_end[], user_begin[], user_end[], ring3[];
extern u8 page_fault[], not_there[], watchpoint[], tick[], system_call[], letter_entry[];
extern u8 flush_entry[], alarm_entry[], spurious[], unexpected[];
extern u8 stacks[MAX_CPUS][STACK_SIZE];
extern volatile u32 starting; /* number of the processor that begins */
/** Run in ring 3, and come back by a system call. */
void ring3_trip(const u8 *to, struct me *m, u32 loops);

/* mp.c */

/** Ends the machine, and says what did not hold. */
#define must(condition) ((condition) ? (void)0 : fail(#condition))
void fail(const char *what) __attribute__((noreturn));
struct me *me_of(u32 nr);
u32 below(u32 n); /* a random number */
void lock(volatile u32 *l);
void unlock(volatile u32 *l);

/* apic.c */
extern u32 apic_at; /* linear address of the registers */
u32 apic_read(u32 reg);
void apic_write(u32 reg, u32 val);
/** @return how many processors the MP tables name; 1 if there are none */
u32 count_cpus(void);
/** Start processor `nr`, which begins at the trampoline, and wait until it says so. */
void start_cpu(u32 nr);
void apic_begin(void);
void letter_c(void), alarm_c(void);
void act_letter(void), act_letters(void), act_later(void), act_alarm(void), act_look(void);
/** All have come here, and all letters have arrived. */
void barrier(void);

/* memory.c */
void make_tables(void);
void begin_paging(void);
void flush_c(void);
void act_page(void), act_base(void);

/* state.c: what each processor has for itself. */
void begin_state(void);
void check_state(void);
void act_fpu(void), act_watch(void), act_ring3(void), act_descriptor(void);
#endif
#endif

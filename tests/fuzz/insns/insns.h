/*
 * insns.h: random instructions, one at a time, in rings 0 and 3, on live page tables, descriptor
 * tables, code and plain pages. What each does is summed up; the same sums must come out on the
 * bare machine and in a domain (tests/fuzz/insns.sh holds them against each other).
 */
#ifndef INSNS_H
#define INSNS_H

#include "cpu/x86.h"
#include "fuzz.h"

/** The order is start.S's. */
struct regs {
	u32 eax, ecx, edx, ebx, ebp, esi, edi, esp;
	u32 eip, eflags, cs, ss, ds, es, fs, gs;
	u32 vec, err; /* out: what ended it */
	u32 at;	      /* out: where the trap's frame was pushed */
};
extern struct regs in, out;
/** Run from in.eip, as `in` says, to the next trap of any kind. */
void run(void);
/** After lgdt. */
void load_segments(void);

/* machine.c: what the instructions work on. */

#define PAGE	     4096u
#define PAGE_ALIGNED __attribute__((aligned(4096)))

/* Selectors. Those from SEL_BASED on are for ring 3's data, at another base or of another kind. */
enum {
	SEL_KCODE = 0x08,
	SEL_KDATA = 0x10,
	SEL_UCODE = 0x1B,
	SEL_UDATA = 0x23,
	SEL_TSS = 0x28,
	SEL_LDT = 0x30,
	SEL_KCODE16 = 0x38,
	SEL_UCODE16 = 0x43,
	SEL_KSTACK16 = 0x48,
	SEL_USTACK16 = 0x53,
	SEL_BASED = 0x5B,
	SEL_LDATA = 0x07, /* in the LDT */
	SEL_LBASED = 0x0F,
};
#define BASED_BASE 0x00012340u
/** Of SEL_LBASED. Segments that reach around the end of the address space cannot be had where
 * limits protect the hypervisor: scenario=insns-COUNT-low has another. */
extern u32 lbased_base;

/** Places to point at: WINDOW bytes each, which are put back after each instruction. */
#define WINDOW	   128u
#define NR_TARGETS 10u
struct target {
	const char *name;
	u8 *window;
	u32 bytes; /* WINDOW, or what of it there is */
	u32 low;   /* the same page below 64 KB, for addresses of 16 bits; 0: it is not there */
	bool read_only, code;
};
extern struct target targets[NR_TARGETS];
/** Pages that may hold the code: of the kernel's text, and of data. And where they are below 64 KB.
 */
extern u8 text_page[], data_code[];
#define TEXT_LOW 0x8000u
#define DATA_LOW 0x9000u
/** A stack for both rings, and the same below 64 KB. */
extern u8 stack_page[];
#define STACK_LOW 0xA000u

extern u32 directory[1024];
extern struct desc *const gdt, *const ldt;
/** The entry that maps an address of the first 8 MB. */
u32 *entry_of(u32 va);
void machine_init(void);
/** Put all windows back. @return a sum over what was in them, but for the bytes from `skip` on that
 * the trap's own frame has taken */
u32 windows_settle(u32 skip, u32 skip_bytes, bool tell);

/* generate.c: one random instruction and the registers that it runs with, in `in`. */
struct trial {
	u8 bytes[16];
	u32 len;
	u8 *code; /* where to put it */
	u32 dr7, dr0;
	bool user;
};
void generate(struct trial *t);

/* main.c */
/** DR6, as far as this DR7 gives it a meaning; no breakpoint is set any more. */
u32 take_debug(u32 dr7);
/** Of what a trap told, what processors agree on. */
void settle_out(void);

#endif

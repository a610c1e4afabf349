/*
 * matrix.h: the instruction matrix's kernel: what its parts in C and in assembler agree on.
 *
 * Multiboot starts it in ring 0 of what it takes for a bare machine. It carries out each cell of
 * cells_*.S with known registers and prints one line of what a ring-0 kernel can see afterwards:
 * each exception and interrupt with its frame, and every register and word of memory that has
 * changed. The same file then runs on bare QEMU and in a domain, where the lines must be the same.
 */
#ifndef MATRIX_H
#define MATRIX_H

/* What a cell begins with. */
#define INIT_EAX    0x11223344
#define INIT_ECX    0x0000CCCC /* or a value of the cell's list */
#define INIT_EDX    0x55667788
#define INIT_EBP    0xEBEBEBEB
#define INIT_ESI    0x51515151
#define INIT_EDI    0xD1D1D1D1
#define INIT_EFLAGS 0x00000897 /* CF PF AF SF OF, not ZF IF */

/* struct cell.flags */
#define RING3  1 /* runs in ring 3 */
#define MASKED 2 /* registers and memory are not compared: see the cell for the reason */

#define LOOP 4 /* would not end by itself: an interrupt ends it */

#define HANGS 8 /* bare QEMU does: left out with scenario=bare on the command line */

#define ENDS 16 /* the domain, as its group says: only with scenario=ends<number> */

/* The global descriptor table; machine.c says what is in it. */
#define SEL_KCODE      0x08
#define SEL_KDATA      0x10
#define SEL_UCODE      0x1B
#define SEL_UDATA      0x23
#define SEL_TSS	       0x28
#define SEL_LDT	       0x30
#define SEL_DATA_NP    0x38
#define SEL_CODE_NP    0x40
#define SEL_DATA_RO    0x48
#define SEL_CODE_XO    0x50 /* execute-only */
#define SEL_CONFORM    0x58
#define SEL_DATA_DOWN  0x60 /* expand-down */
#define SEL_UDATA_NP   0x6B
#define SEL_DATA_DPL1  0x70
#define SEL_CALL_GATE  0x78
#define SEL_TSS_BUSY   0x80
#define SEL_TSS16      0x88
#define SEL_TASK_GATE  0x90
#define SEL_INTR_GATE  0x98 /* means nothing in this table */
#define SEL_DATA_TINY  0xA0 /* 16 bytes */
#define SEL_DATA_BASE  0xA8 /* begins at `mem` */
#define SEL_TSS_NP     0xB0
#define SEL_LDT_NP     0xB8
#define SEL_DATA_FRESH 0xC0 /* not accessed yet */
#define SEL_CODE16     0xC8
#define SEL_UCONFORM   0xD0
#define SEL_RESERVED   0xD8 /* a system descriptor of a type that is none */
#define SEL_DATA16     0xE0 /* a stack with a 16-bit pointer; begins 64 KB below the cells' */
#define SEL_CODE_BASE  0xE8 /* begins at PAD */
#define SEL_CODE_FRESH 0xF0 /* not accessed yet */
#define SEL_KDATA2     0xF8
#define NR_GDT	       32
#define SEL_BEYOND     0x100
/* Descriptors of the LDT. */
#define LDT_DATA 0x04
#define LDT_CODE 0x0C
#define NR_LDT	 2

/* Vectors with gates of their own; all below NR_GATES else have interrupt gates of DPL 0. */
#define VEC_TRAP3	0x80 /* trap gate, DPL 3 */
#define VEC_INTR0	0x81 /* interrupt gate, DPL 0 */
#define VEC_INTR3	0x82 /* interrupt gate, DPL 3 */
#define VEC_NOT_PRESENT 0x83
#define VEC_NO_GATE	0x84 /* a descriptor of type 0 */
#define VEC_NULL_CS	0x85
#define VEC_BEYOND_CS	0x86
#define VEC_NP_CS	0x87
#define VEC_DATA_CS	0x88
#define VEC_CONFORM_CS	0x89
#define VEC_INTR16	0x8A /* 16-bit interrupt gate, DPL 0, to PAD */
#define VEC_TRAP16	0x8B /* 16-bit trap gate, DPL 0, to PAD */
#define VEC_NP3		0x8C /* not present, DPL 3 */
#define VEC_USER_CS	0x8D /* to a segment of ring 3 */
#define VEC_RPL3_CS	0x8E /* to the kernel's, by a selector with RPL 3 */
#define NR_GATES	0x90
#define VEC_NO_ENTRY	0x90 /* beyond the limit of the IDT */

/* A page below 64 KB, with ud2 in it, so that 16-bit jumps have somewhere to go. */
#define PAD	  0x7000
#define PAD_INT16 0x7010
#define PAD_END	  0x7020

/* Linear addresses of pages with a meaning, above all else. */
#define PAGE_NONE	0x00E00000 /* not present; the pages around it are */
#define PAGE_READ_ONLY	0x00E02000
#define PAGE_SUPERVISOR 0x00E03000 /* not for ring 3 */
#define PAGE_ALIAS	0x00E04000 /* for invlpg: its entry is at `alias_pte` */
#define MAPPED		0x01000000 /* 16 MB, each page at its own address */

#define MEM_SIZE    64
#define MEM_PATTERN 0x5A5A5A5A

#ifndef __ASSEMBLER__
#include "cpu/x86.h"
#include "rogue.h"

struct cell {
	const char *group; /* which instruction it tests */
	const char *text;  /* the code, as in the source */
	const u8 *code, *end;
	u32 flags;
	const u32 *list; /* how many values, then those: the cell runs with each in ECX; or NULL */
	u32 eflags;
	void (*before)(void); /* what ring 0 does first, or NULL */
};
extern const struct cell cells[], cells_end[];

/** General registers and flags with which a cell begins. */
struct start {
	u32 eax, ecx, edx, ebx, ebp, esi, edi, eflags;
	u32 cs, eip, ss, esp, data; /* data: ds, es, fs and gs */
};

/* entry.S */
extern struct start start_state;
/** Run the cell as start_state says, until leave_cell(). */
void enter_cell(void);
void leave_cell(void) __attribute__((noreturn));
extern const u8 trap_stubs[]; /* 16 bytes per vector */
extern u32 trap_ss;	      /* the SS with which the last trap came */

/* trap.c */
void trap_reset(const struct cell *c);
void trap(struct cpu_regs *r);
/** Print the events since trap_reset(). */
void trap_print(const struct cell *c);
extern struct cpu_regs last_regs; /* of the trap that ended the cell */
#endif
#endif

/*
 * native.h: the random guest for shadow mode: its memory, its processor, its reference.
 *
 * The kernel runs where it is loaded, in the first 4 MB. The memory that it plays with lies from
 * 16 MB to 32 MB, in four regions that are one 4 MB page each. The first frames of each region are
 * "tables": at any time each may be a page directory, a page table and data at once. Some others
 * are "data": each word that is looked at holds the frame's own number.
 *
 * Six entries of each table are fixed, so that any of them may be put into CR3: the kernel's own
 * 4 MB, a page of code for ring 3, and `direct`, a map of the 16 MB.
 */
#ifndef FUZZ_NATIVE_H
#define FUZZ_NATIVE_H

#include "cpu/x86.h"
#include "fuzz.h"

#define REGIONS		  4u
#define REGION_BYTES	  (4u << 20)
#define MEMORY_PA	  (16u << 20)
#define MEMORY_END	  (MEMORY_PA + REGIONS * REGION_BYTES)
#define TABLES_PER_REGION 8u
#define DATA_PER_REGION	  8u /* behind the tables */
#define NR_TABLES	  (REGIONS * TABLES_PER_REGION)

/* The fixed slots. */
#define SLOT_KERNEL 0u
#define SLOT_USER   4u
#define SLOT_DIRECT 8u /* and the three behind it */
#define USER_VA	    (SLOT_USER << 22)
#define DIRECT_VA   (SLOT_DIRECT << 22)

/* setup.c */
/** The word at a physical address of the 16 MB, by the direct map. */
static inline volatile u32 *direct(u32 pa)
{
	return (volatile u32 *)(DIRECT_VA + (pa - MEMORY_PA));
}
/** The indices at which entries are edited, in a directory as in a table. */
#define NR_INDEX 8u
extern u32 index_set[NR_INDEX];
void setup(const struct fuzz_options *o);
u32 table_pa(u32 n);
/** A frame that entries may map: a table or data. */
u32 random_frame_pa(void);

/* model.c: what memory must hold. */
/** The word at a physical address of the 16 MB. */
u32 model_read(u32 pa);
/** Only words of tables. */
void model_write(u32 pa, u32 val);
bool is_table_word(u32 pa);
bool is_fixed_word(u32 pa);
/** Hold all of the tables and data against the model. @return true if they are the same */
bool model_agrees(void);
extern u32 model[NR_TABLES][1024];
u32 data_word(u32 pa);

struct walk {
	bool present, allowed;
	bool large;
	bool global; /* the leaf's G bit */
	u32 err;     /* of the fault, if not allowed */
	u32 pde_pa;  /* where the two entries are; pte_pa is 0 if there is none */
	u32 pte_pa;
	u32 pa; /* what the address means, if present */
};
/** SDM 3A 4.3 and 4.6, for the model's memory and the processor as `cpu` says. */
void reference_walk(u32 va, bool write, bool user, struct walk *w);
/** SDM 3A 4.8: what an allowed access sets. */
void reference_mark(const struct walk *w, bool write);

struct cpu {
	u32 cr0, cr3, cr4;
};
extern struct cpu cpu;

/* access.c */
/** One random access at `va`, checked. @return false on a difference (it has been told) */
bool access(u32 va);
/** A random change of a table's entry, through the direct map. */
bool edit(void);
u32 random_va(void);
extern u32 edits, checks;
bool differs(const char *what);

/* tlb.c: what the processor may remember, and how it is told to forget. */
void tlb_touched(u32 va, const struct walk *w);
/** The entry at `pa` changed from `old`: flush what the architecture says must be flushed. */
void tlb_changed(u32 pa, u32 old);
void tlb_flush_all(void);
extern bool prefetches;
void switch_directory(u32 pa);
void set_cr0(u32 val);
void set_cr4(u32 val);

/* start.S, snippet.S */
/** What a snippet works on: its registers, before and after. */
struct probe_regs {
	u32 va, val, extra;
};
extern struct probe_regs probe_regs;
/** Run a snippet in ring 0 or 3. @return the vector that ended it: SNIPPET_END if all went well */
u32 probe(u32 code, u32 ring);
#define SNIPPET_END 0x80u
extern u32 trap_cr2;

#endif

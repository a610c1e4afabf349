/* lab03_ops.h: requests, each of them held against the model at once. */
#ifndef LAB03_OPS_H
#define LAB03_OPS_H

#include "lab03_model.h"

/* Where the kernel's table has room: its windows, and the pages to be read. */
#define WINDOWS	   0xC0310000u
#define ALIASES	   0xC0340000u
#define SCRATCH	   15u /* the window that pages are filled through */
#define PRESENT_RW (P | RW | US | A | D)

/** Nothing differs so far. What does is said once, and the scenario ends. */
extern bool same;
/** The request, for what is said of it: its name and up to three numbers. */
void request(const char *what, u32 a, u32 b, u32 c);
/** It gave `got`; the model wants `want`, and says why. @return got == want */
bool compare(u32 got, u32 want);
/** Something else differs. */
void differs(const char *what);
/** What mmu_update says in *done, and how many of its requests took effect. */
void compare_done(u32 done, u32 want);

u32 alias_va(u32 page);
u32 window_va(u32 word);
/** What is read at `va`. @return false if it faults; the same for writing */
bool can_read(u32 va, u32 *val);
bool can_write(u32 va, u32 val);
/** The entry as it is in memory, if that can be read. @return false if not */
bool entry_is(u32 page, u32 word, u32 *val);
/** All that can be read of the pages is as the model has it. */
void check_pages(void);
/** The domain has as many pages as the model thinks. */
void check_reservation(void);

void do_pin(u32 page, enum part part);
void do_pin_foreign(u32 mfn, enum part part);
void do_unpin(u32 page);
void do_base(u32 page);
void do_give(u32 page);
void do_take(void);
/** A frame that is none of the game's, and that nothing holds. */
void do_give_frame(u32 mfn);
/** The entry of window `word`, or that of a table which the base leads to, by its address.
 * @return true if it was right to do it, and it was done */
bool do_update_va(u32 page, u32 word, u32 va, u32 val, u32 flush);
void do_alias(u32 page, bool on);
void do_flush(void);
/** Write a word of a page that is no table by update_descriptor, with its neighbour. */
void do_descriptor(u32 page, u32 index, u32 lo, u32 hi);
/** Touch `va`, which should lead by `pde` and `pte`; `exact`: the TLB was flushed. */
void do_touch(u32 va, u32 pde, u32 pte, bool exact);

/* lab03_batch.c: the same for mmu_update, singly and in batches. */
void lab03_update(void);
void lab03_change(u32 page, u32 word, u32 val);

/* lab03_draw.c */

/** A page that is mostly used so; sometimes any. */
u32 likely(enum part part);
/** A frame that the guest has no right to, or had once; `foreign`: never had. */
u32 other_mfn(void), foreign_mfn(void);
/** An entry; one time in `odd` it is meant to be bad. */
u32 any_pte(u32 odd), any_pde(u32 page, u32 odd);

/* lab03_random.c */
bool maps_kernel(u32 pde);

#endif

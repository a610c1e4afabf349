/*
 * guest.h: the random guest for direct mode: its pool of pages, its values, its calls.
 *
 * What the guest needs to go on is its own: code, stack, this state, the page directory it started
 * with. No call is made that could take that away from it, since a domain may end itself. What the
 * calls are about is the pool: pages that may be anything at any time, data, page tables, page
 * directories, descriptor tables, or given back.
 *
 * The first pages of the pool are for directories: each always holds the entries by which the
 * kernel is mapped, so that it may be used as base.
 */
#ifndef FUZZ_GUEST_H
#define FUZZ_GUEST_H

#include "fuzz.h"
#include "pv/pv.h"

#define NR_POOL 40u
#define NR_DIRS 4u
#define PTES	1024u
#define HV_SLOT 1008u /* the hypervisor's from here on */

/* pool.c */
extern u32 pool[NR_POOL][PTES];
/** The same frames again, read-only, where no call changes that. */
extern u32 alias[NR_POOL][PTES];
extern u32 pool_mfn[NR_POOL];
extern u32 home_mfn; /* the directory that we started with */
extern u32 first_kernel_slot, kernel_slots;
/** Frames that we got but have nowhere, and frames that we gave back while they were in use. */
#define MAX_LOOSE  256
#define MAX_GHOSTS 256
extern u32 loose[MAX_LOOSE], nr_loose;
extern u32 ghosts[MAX_GHOSTS], nr_ghosts;
void pool_init(void);
/** Which page of the pool is this frame? @return NR_POOL if none */
u32 pool_index(u32 mfn);
/** It was given back. */
void pool_lost(u32 mfn);
/** Was it given back, since release_all()? */
bool pool_knew(u32 mfn);
/** It came. */
void pool_got(u32 mfn);
/** After each call: what the guest needs is as it was. @return NULL, or what could not be restored
 */
const char *restore(void);
/** From time to time: everything is let go. @return NULL, or what is still held */
const char *release_all(void);

/* slots.c: where calls may change mappings */
#define NR_WINDOWS 5u
extern const u32 windows[NR_WINDOWS]; /* slots of the directory, empty at first */
#define SELF_SLOT 1006u		      /* where a directory may map itself */
/** Indices of entries in page tables. */
#define NR_INDEX 7u
extern const u32 index_set[NR_INDEX];

/* values.c */
u32 any_index(void);
u32 any_slot(void);
/** A frame number: mostly ours. */
u32 any_mfn(void);
/** One that is not ours, or that nobody has. */
u32 foreign_mfn(void);
/** An entry for a page table or directory: plausible, mostly. */
u32 any_pte(void);
u32 any_pde(void);
/** A linear address whose mapping may be changed. */
u32 any_va(void);
/** An address to which the hypervisor may write up to 1024 bytes, or must not be able to. */
u32 out_va(void);
/** An address that cannot be read, or not wholly. */
u32 bad_va(void);
/** Anything of the above, or a small number. */
u32 any_word(void);
/** The machine address of an entry that may be changed. */
u64 any_entry_address(void);

/* A hypercall, and what it is about. */
struct call {
	u32 nr, arg[5];
};

/* tables.c, others.c: each makes up a call. `nested`: it will be part of a multicall. */
typedef void generator(struct call *c, bool nested);
generator gen_mmu_update, gen_update_va, gen_mmuext, gen_memory_op, gen_exchange, gen_vm_assist;
generator gen_set_gdt, gen_update_descriptor, gen_traps, gen_stack, gen_callbacks, gen_debugreg,
    gen_console, gen_event, gen_timer, gen_sched, gen_version, gen_garbage;

/** A segment descriptor, good or bad. */
void descriptor(u32 *lo, u32 *hi);

/* scenes.c */
/** Between two calls: perhaps something that is no call. @return NULL, or what was wrong */
const char *scene(void);
/* processor.c */
const char *processor_scene(void);

/* grammar.c */
/** Memory for the structures that a call points to, until the next call. */
void *scratch(u32 bytes);
/** The place of the structure: where it is, or, rarely, somewhere else. */
u32 in_va(const void *p);
/** Does this address lie in that memory? */
bool in_scratch(u32 va);
/** This memory_op, when it has returned (*ret: up to which one), gave back the frames listed from
 * number `first` on, or put frames there. */
void expect_frames(const u32 *list, u32 first, bool given_back, const s32 *ret);
/** Where the result of the call being made up will be. */
extern s32 *result_at;
/** The call is one of a multicall's whose entries may become read-only on the way. */
extern bool results_get_lost;
void random_call(struct call *c);
void call_done(void);
void make_call(u32 call);
extern s32 result;
void print_call(const struct call *c);

/* sibling.c: the guest's other vcpus, if it has more than one */
extern u32 nr_siblings;
/** What one of them has found wrong, or NULL. */
extern const char *sibling_wrong;
bool siblings_begin(void);
/** How much they have done. */
u32 siblings_steps(void);

/* check.c */
/** The invariants that a guest can see. @return NULL, or what does not hold */
const char *check(void);
/** What must be so after a single call. */
const char *check_call(const struct call *c, s32 ret);
extern u32 check_entry, check_at; /* for the report */

#endif

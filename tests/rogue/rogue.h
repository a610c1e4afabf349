/*
 * rogue.h: what both hostile kernels share: the table of cases, and how a verdict is told.
 *
 * Each case tries something that the hypervisor must refuse, and prints one line:
 *
 *   case=NAME xsa=N result=refused how=errno-22      a hypercall said no
 *   case=NAME xsa=N result=refused how=vector-13     the processor, or the hypervisor for it, did
 *   case=NAME xsa=N result=refused how=silent        nothing was said, and nothing happened
 *   case=NAME xsa=N result=ACCEPTED how=...          a hole
 *
 * xsa is the number of the published Xen advisory after which the case is modelled, or 0.
 */
#ifndef ROGUE_H
#define ROGUE_H

/** attempt() met no exception. */
#define NO_TRAP 0xFFFF
/** It met the failsafe callback, which has no vector (direct mode). */
#define VEC_FAILSAFE 250

#ifndef __ASSEMBLER__
#include <trapline/types.h>
#include "kit.h"

struct rogue_case {
	const char *name;
	u16 xsa;
	u8 flags;
	void (*run)(u32 arg);
	u32 arg;
};

/** The domain must end with a reason; such a case runs alone. */
#define FATAL 1
/** Under isolation=segments, only the segment limit stands in the way. */
#define LIMITS 2
/** Under both isolations, only the segment limit does: without one, this is harmless. */
#define LIMITS_ALWAYS 4
/** Runs alone, since the domain may end, where the processor is not what it should be. */
#define MAY_END 8

/** Put before an array of cases: the linker makes one table of all of them. */
#define CASES static const struct rogue_case cases[] __attribute__((section("rogue_cases"), used))

#define PAGE_SIZE    4096u
#define PAGE_MASK    0xFFFFF000u
#define PAGE_ALIGNED __attribute__((aligned(4096)))

/* run.c: the verdict of the running case. The first refusal is what its line says; any acceptance
 * makes it ACCEPTED. */

/** A hypercall returned `ret`: refused if it is a negative errno. */
void verdict_errno(s32 ret);
/** An attempt ended with vector `vec`: refused if there was one. */
void verdict_trap(u32 vec);
/** The same, but only vector `want` will do. */
void verdict_vector(u32 vec, u32 want);
/** Nothing was said: refused if `held` says that nothing happened either. */
void verdict_silent(bool held);
/** What must be so afterwards; if not, the case failed, and its line says `what`. */
void must(bool holds, const char *what);

/** Run what the command line asks for. @return true if nothing was accepted */
bool rogue_main(const char *command_line);

/* try.S */
/** Call fn(arg). @return NO_TRAP, or the vector of the exception that ended it */
u32 attempt(void (*fn)(u32), u32 arg);
extern u32 attempt_sp; /* 0 outside of any */
/** To be attempted: read, write (what is there already) and call an address. try.c */
void try_read(u32 va);
void try_write(u32 va);
void try_call(u32 va);

/** The last exception. */
struct trap {
	u32 vec, err, eip, cs, eflags;
	u32 cr2; /* of a page fault */
};
extern struct trap last_trap;

/* What each kernel has of its own. */

/** After each case: do all of the usual operations work? @return NULL, or what does not. */
const char *aftermath(void);

#endif
#endif

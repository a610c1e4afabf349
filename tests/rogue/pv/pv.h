/* pv.h: the hostile direct-mode kernel: hypercalls, its memory, and the victims of its cases. */
#ifndef ROGUE_PV_H
#define ROGUE_PV_H

#include <trapline/xen/memory.h>
#include <trapline/xen/xen.h>
#include "cpu/layout.h" /* an attacker reads the source, too */
#include "cpu/x86.h"
#include "rogue.h"

#define VIRT_BASE	  0xC0000000u
#define PTE_NORMAL	  (PTE_P | PTE_RW | PTE_A | PTE_D)
#define PDE_NORMAL	  (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define NO_SUCH_HYPERCALL 63u

static inline s32 hypercall5(u32 nr, u32 a, u32 b, u32 c, u32 d, u32 e)
{
	s32 ret;

	asm volatile("int $0x82"
		     : "=a"(ret), "+b"(a), "+c"(b), "+d"(c), "+S"(d), "+D"(e)
		     : "0"(nr)
		     : "memory");
	return ret;
}
#define HCALL(nr, a, b, c, d)                                                                      \
	hypercall5(__HYPERVISOR_##nr, (u32)(a), (u32)(b), (u32)(c), (u32)(d), 0)

/* env.c */
extern struct start_info *start_info;
extern struct shared_info *shared; /* mapped by us */
extern u32 nonexistent_mfn;	   /* the first frame number that the machine does not have */

/**
 * Pages that the cases abuse. Between cases they are zero, mapped writable, and of no type.
 * `victim_table` is for a page table, `victim_dir` for a directory, `victim_data` for anything.
 */
extern u32 victim_data[1024], victim_table[1024], victim_dir[1024], victim_other[1024];

u32 mfn_of(const void *va);
/** The page-table entry that maps `va`, and its machine address. */
u32 *pte_of(const void *va);
u32 pte_maddr(const void *va);
/** An entry of the page directory in use, and its machine address. */
u32 *pde_of(u32 slot);
u32 pde_maddr(u32 slot);
/** Change how one of our own pages is mapped: to its own frame, with these flags. */
s32 remap(const void *va, u32 flags);
s32 read_only(const void *va);
s32 writable(const void *va);

s32 update_va(u32 va, u32 pte);
s32 mmu_update(u64 ptr, u32 val);
s32 mmuext(u32 cmd, u32 arg1, u32 arg2);
/** Make the zeroed page `table` an L1 table, and undo it. */
s32 pin_l1(u32 *table);
s32 unpin(u32 *table);

/** Which domain this is. */
u32 own_id(void);
/** Linear address of the gate, which sidt tells to everybody. */
u32 gate_va(void);
u64 read_tsc(void);

/* What runs when an event comes: set by a case that unmasks events. `frame` is eip, cs, eflags. */
extern void (*event_hook)(u32 *frame);
/** Time-stamp counts in ns, and the time now, as shared_info says it. */
u64 to_ns(u64 tsc);
u64 system_time(void);
/** Make the timer go off this many cycles (of the TSC, about instructions) from now. */
void set_timer(u32 cycles);
/** Bind the timer, unmask events; and mask them again. */
void events_on(void (*hook)(u32 *frame));
void events_off(void);

/* start.S */
extern u8 trap_stubs[], trap_stub_80[], trap_stack_top[], user_stack[];
void event_callback(void), failsafe_callback(void);
void user_call(u32 stub, u32 arg);

#endif

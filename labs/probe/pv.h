/* pv.h: the direct-mode probe's machine: hypercalls, its own page tables, traps. */
#ifndef PROBE_PV_H
#define PROBE_PV_H

#include <trapline/xen/xen.h>
#include "probe.h"

enum { P = 1, RW = 2, US = 4, PWT = 8, PCD = 0x10, A = 0x20, D = 0x40, PS = 0x80, G = 0x100 };
#define VIRT_BASE 0xC0000000u
#define RWPAGE	  (P | RW | A | D)
#define ROPAGE	  (P | A | D)

extern struct start_info *start_info;
extern u8 stack_top[];
extern u32 trap_vec, trap_err, trap_eip, trap_cs, trap_eflags, trap_esp, trap_ss, trap_cr2;
extern u32 trap_return, trap_return_esp;
u32 try(void (*f)(void *), void *arg);
void enter_user(u32 eip, u32 esp, u32 eflags, u32 eax);
extern u8 trap_13[], trap_14[], trap_128[], event[], failsafe[];

static inline s32 hypercall(u32 nr, u32 a, u32 b, u32 c, u32 d)
{
	s32 ret;

	asm volatile("int $0x82"
		     : "=a"(ret), "+b"(a), "+c"(b), "+d"(c), "+S"(d)
		     : "0"(nr)
		     : "memory");
	return ret;
}
#define HCALL(nr, a, b, c, d) hypercall(__HYPERVISOR_##nr, (u32)(a), (u32)(b), (u32)(c), (u32)(d))

/** Machine frame of one of our own pages, or of a page that nobody has mapped yet (n counts). */
u32 mfn_of(const void *va);
u32 spare_mfn(u32 n);
/** The page directory, and the table that maps `va`: as data, read-only. */
u32 *directory(void);
u32 *table_of(u32 va);
u32 table_mfn(u32 va);
/** mmu_update of one entry, by machine address; mmuext_op with one operation. */
s32 update(u32 maddr, u32 val);
s32 mmuext(u32 cmd, u32 mfn);
/** Machine address of the entry that maps `va`. */
u32 entry_of(u32 va);
/** Change the entry that maps `va`, by update_va_mapping. */
s32 map_at(u32 va, u32 val);
/** How one of our own pages is mapped from now on. */
s32 remap(const void *va, u32 flags);
void traps_init(void);

/** Errors come out as what they are: 0, or 22 for -EINVAL. */
static inline u32 refusal(s32 ret)
{
	return (u32)-ret;
}

/* The scenarios, by file. */
void lab01_pv(void), random_handlers(void), lab02_pv(void), lab03(void);

#endif

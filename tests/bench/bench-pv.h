/* bench-pv.h: a kernel for the xen-3.0-x86_32 interface that measures what the interface costs. */
#ifndef BENCH_PV_H
#define BENCH_PV_H

#define UNMAPPED 0xD03FF000 /* the last page of AREA */

#ifndef __ASSEMBLER__
#include <trapline/xen/memory.h>
#include <trapline/xen/xen.h>

#define VIRT_BASE  0xC0000000u
#define AREA	   0xD0000000u /* 4 MB for mappings to come and go in */
#define PAGE_SIZE  4096u
#define NR_ENTRIES 1024u

#define PTE_P	   0x001u
#define PTE_RW	   0x002u
#define PTE_US	   0x004u
#define PTE_NORMAL 0x063u /* P RW A D */
#define PTE_RO	   0x061u
#define PDE_NORMAL 0x067u /* and US: rights are decided by the page-table entry */

struct args {
	u32 a1, a2, a3, a4; /* EBX ECX EDX ESI */
};

/* bench-pv.S. All times are in instructions, what measuring takes included: see overhead_*. */

extern s32 call_result; /* of the last time_hypercall() */
u32 time_hypercall(u32 nr, const struct args *a);
u32 overhead_hypercall(u32 nr, const struct args *a);
/** A store, and a load. */
u32 time_write(volatile u32 *p, u32 val);
u32 time_read(const volatile u32 *p);
u32 overhead_access(void);
/** Two privileged instructions. */
u32 time_mov_cr0(void), time_clts(void);
/** A hypercall, up to the first instruction of event_upcall. */
u32 time_upcall(u32 nr, const struct args *a);
/** Run ring-3 code of user_page; @return what it measured. */
u32 run_user(const void *entry);
extern u8 user_page[], user_overhead[], user_fault[], user_int80[], user_int21[];
/* Handlers: page faults measured up to the handler, and skipped; the fast system call. */
extern u8 fault_measure[], kernel_measure[], fault_skip[], int80_return[], leave_user[],
    event_upcall[], failsafe[];
extern u8 trap_stack_top[];
extern struct shared_info shared; /* a page of ours, its frame replaced by the shared one */
extern u32 event_port;

/* bench-pv-env.c: what the measurements stand on. */

extern const struct start_info *start_info;
s32 hypercall(u32 nr, u32 a1, u32 a2, u32 a3, u32 a4);
u32 mfn_of_pfn(u32 pfn);
u32 mfn_of(const void *va);
/** The machine address of the directory entry for `va`. */
u32 pde_maddr(const void *directory, u32 va);
s32 mmu_update(u32 maddr, u32 val);
s32 mmuext(u32 cmd, u32 arg);
s32 map(u32 va, u32 pte);
/** Map one of our own pages read-only, as what is to become a page table must be. */
void make_read_only(const void *va);
/** Start measuring a row: forget the samples. */
void begin(void);
void sample(u32 t);
/** End: print "bench NAME=MEDIAN", of the samples less `overhead`, divided by `n`. */
void report(const char *name, u32 overhead, u32 n);
void say(const char *text);
/** Stop with a message if err is an error. */
void check(s32 err, const char *what);
/** Does the command line say scenario=NAME? */
bool scenario_is(const char *name);
/** Does it know the calls from 32 on? (It must not be tried: Xen 3.0.0 takes 32 for 0.) */
bool has_new_calls(void);
void power_off(u32 reason) __attribute__((noreturn));

/* bench-pv.c */
void measure(void);
#define REPEATS 33 /* the median of so many */
extern u32 hc_overhead;
/** One sample of a hypercall, which must succeed. */
void timed(const char *what, u32 nr, u32 a1, u32 a2, u32 a3, u32 a4);

/* bench-pv-enter.c */
void to_handler(void), and_back(void), int80(void), bounced_int(void), kernel_fault(void);
void event_rows(void), stack_row(void), privileged_rows(void);

#endif
#endif

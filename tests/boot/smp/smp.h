/*
 * smp.h: a direct-mode kernel of several vcpus: what each of them has, and what they stand on.
 *
 * Each vcpu has a stack of its own, aligned to its size; at its bottom lies all that is the vcpu's
 * (struct me). So the stack pointer says who one is, in handlers, too.
 */
#ifndef SMP_H
#define SMP_H

#define STACK_SIZE 16384 /* the lower half: for entries from ring 3 */
/* Offsets in struct me. */
#define ME_GO_ON      4
#define ME_FAULTS     8
#define ME_NOT_THERE  12
#define ME_WATCHED    16
#define ME_RING1_ESP  20
#define VEC_FAST_CALL 0x80
#define VEC_SLOW_CALL 0x81

#ifndef __ASSEMBLER__
#include <trapline/xen/domctl.h>
#include <trapline/xen/vcpu.h>
#include <trapline/xen/xen.h>
#include "../../kit/hypercall.h"
#include "../../kit/kit.h"

#define PAGE_SIZE    4096u
#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define BASE	     0xC0000000u
#define PRIVATE	     0xD0000000u /* a page that each page directory has for itself */
#define READ_ONLY    0x61u
#define WRITABLE     0x63u
#define USER	     0x04u
#define MAX_VCPUS    8u
#define NR_PAGES     8u /* that come and go */
#define NR_COUNTERS  4u
#define NR_TABLES    12u /* of a directory that takes long to validate */
#define ENOENT	     2
#define EFAULT	     14
#define EEXIST	     17
#define EINVAL	     22

struct me {
	u32 nr;
	volatile u32 go_on;	/* where to, after a page fault */
	volatile u32 faults;	/* #PF */
	volatile u32 not_there; /* #NM */
	volatile u32 watched;	/* #DB */
	u32 ring1_esp;
	u32 random;
	volatile struct vcpu_info *info;
	/* What it should be. */
	u32 counted[NR_COUNTERS], added, sent[MAX_VCPUS], roamed;
	volatile u32 received;
	volatile u64 deadline; /* of its timer, 0: none */
	volatile u32 timers, early;
	s32 fpu;
	bool own_base;
	u32 rounds;
};

extern const struct start_info *si;
extern struct shared_info *shared;
extern u32 nr_vcpus, seed, nr_rounds;

static inline struct me *me(void)
{
	u32 esp;

	asm volatile("movl %%esp, %0" : "=r"(esp));
	return (struct me *)(esp & ~(STACK_SIZE - 1));
}
static inline u64 tsc(void)
{
	u64 t;

	asm volatile("rdtsc" : "=A"(t) : : "memory");
	return t;
}

/* asm.S */
extern u8 page_fault[], not_there[], watchpoint[], upcall[], failsafe[], fast_call[], slow_call[];
extern u8 vcpu_entry[], ring3_fast[], ring3_slow[], ring3_end[];
/** Run in ring 3, and come back by a system call. */
void ring3_trip(const u8 *to, struct me *m, u32 loops);

/* env.c */

/** Ends the domain, and says what did not hold. */
#define must(condition) ((condition) ? (void)0 : fail(#condition))
void fail(const char *what) __attribute__((noreturn));
void power_off(bool well) __attribute__((noreturn));
struct me *me_of(u32 nr);
u32 below(u32 n); /* a random number */
u32 word_of(const char *name, u32 otherwise);
u64 now(void); /* system time, ns */
u32 mfn_of(const volatile void *va);
s32 set_pte(const volatile void *va, u32 pte, u32 flags);
u32 pte_maddr(const volatile void *va);
volatile u32 *pte_at(const volatile void *va); /* where the kernel sees it */
s32 mmuext(u32 cmd, u32 arg1, u32 arg2);
s32 evtchn(u32 cmd, void *op);
s32 vcpu_op(u32 cmd, u32 nr, const void *arg);
void yield(void);
void lock(volatile u32 *l);
void unlock(volatile u32 *l);
bool read_faults(const volatile u32 *p);
bool write_faults(volatile u32 *p, u32 value);
/** Traps, callbacks and stacks of the vcpu that runs. */
void set_traps(void);
/** A context with which vcpu `nr` can begin. */
void make_context(struct vcpu_guest_context *c, u32 nr);

/* events.c */
extern u32 ipi_port[MAX_VCPUS];
void bind_events(void);
void begin_events(void);
void upcall_c(void);
void send_letter(u32 to);
void send_roaming(void);
void move_roaming(u32 to);
void sleep_by_timer(u32 us);
void sleep_by_poll(u32 us);
/** All have come here. */
void barrier(void);
/** Nothing was lost: on vcpu 0, at the end. */
void check_events(void);

/* state.c: what each vcpu has for itself. */
extern u32 directory[MAX_VCPUS][1024];
void begin_state(void);
u32 make_directory(u32 nr);
void check_state(void);
void act_fpu(void), act_watch(void), act_base(void), act_ring3(void), act_pin(void),
    act_descriptor(void);

/* hostile.c */
void before_they_run(void), while_they_run(void);

#endif
#endif

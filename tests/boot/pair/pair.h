/* pair.h: what the two domains stand on: start, hypercalls, faults, events. */
#ifndef PAIR_H
#define PAIR_H

#include <trapline/xen/grant_table.h>
#include <trapline/xen/memory.h>
#include <trapline/xen/xen.h>
#include "../../kit/hypercall.h"

#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define PAGE_SIZE    4096u
#define BASE	     0xC0000000u
#define READ_ONLY    0x61u
#define WRITABLE     0x63u

extern const struct start_info *si;
extern struct shared_info *shared;
extern struct grant_entry *grants; /* our table */
extern u8 upcall[], upcall_timed[];
extern volatile u32 upcalls, upcall_tsc;

static inline u32 tsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low;
}

/** The domain ends badly, and says what did not hold. */
#define must(condition) ((condition) ? (void)0 : fail(#condition))
void fail(const char *what) __attribute__((noreturn));
void power_off(void) __attribute__((noreturn));
void say(const char *text);
void say_number(u32 n);
bool scenario_is(const char *name);

u32 mfn_of(const void *va);
/** Change what is mapped at `va`. @return 0 or a negative errno */
s32 set_pte(const void *va, u32 pte);
/** The machine address of the entry of `va`. */
u32 pte_maddr(const void *va);
/** Does a read, or a write, fault? */
bool read_faults(const volatile u32 *p);
bool write_faults(volatile u32 *p);
/** How much memory we have, in pages. */
u32 reservation(void);
/** Give the page that is mapped there back, but not before it is mapped no more. */
void give_back(const void *va);

/** event_channel_op and grant_table_op, which must succeed as calls. */
void evtchn(u32 cmd, void *op);
void grant_op(u32 cmd, void *op);
void send(u32 port);
/** Block until an upcall says that the port's event has come. */
void wait_blocked(u32 port);
/** The same by a poll, with upcalls masked. */
void wait_polling(u32 port);
/** What a port of ours is: EVTCHNSTAT_. */
u32 port_state(u32 port);
/** Let another run. */
void yield(void);

/* pair-bench.c */
void bench_first(void), bench_second(void), bench_to_shadow(void);

#endif

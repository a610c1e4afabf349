/* options.h: the hypervisor's command line. */
#ifndef HV_OPTIONS_H
#define HV_OPTIONS_H

#include "sched/sched.h"

struct options {
	u8 mmu;	      /* MMU_SHADOW or MMU_DIRECT */
	u8 isolation; /* ISOLATION_*; TURNS: of those that start with the machine, every
			 second of a design */
	u32 trace;    /* classes */
	bool stream;  /* trace out of COM2 */
	u32 trace_kb; /* size of the trace ring */
	u32 vcpus;    /* of each direct-mode domain */
	u32 domid;    /* of the domain that is started */
	u32 mem_mb;   /* memory of the guest */
	const struct sched_ops *sched; /* who gets the processor */
	u32 allowance;		       /* us that one may run ahead of the others */
	char share[256];	       /* several domains at once (share.c); "": one */
	u32 selftest;	 /* so many domains come and go instead of one (selftest.c); 0: none */
	u32 together;	 /* so many domains at once instead of one (selftest.c); 0: one */
	u32 shadows;	 /* shadow mode: how many shadow tables a domain may have */
	bool outofsync;	 /* shadow mode: how tables are followed (mmu/shadow/sync.c) */
	bool breakpoint; /* shadow mode: how silent instructions are made to trap (find/ahead.c) */
	bool swap;	 /* overcommit=swap: there is a swap disk */
	bool random;	 /* shadow mode: pages that go there are chosen at random */
	u32 resident_kb; /* shadow mode: so much of the first domain is in memory at most; 0: all */
	bool audit;	 /* the frame table is audited when a domain ends (audit.c) */
	char guest[512]; /* the guest's command line: scenario=, seed=, and NAME= for each
			    guest.NAME= */
};
enum { ISOLATION_AUTO, ISOLATION_SEGMENTS, ISOLATION_PAGING, ISOLATION_TURNS };

extern struct options options;

/** Parse the command line. A bad option stops the machine with its name and what is allowed. */
void options_parse(const char *cmdline);

#endif

/* fast.h: short ways in and out for direct-mode guests. */
#ifndef HV_FAST_H
#define HV_FAST_H

#include "dom/domain.h"

/** The gate's C entry for a hypercall. */
void hypercall_entry(void) __attribute__((noreturn));
/** The gate's C entry for a page fault, of any domain. */
void fault_entry(void) __attribute__((noreturn));

/** The same while a trace is written. */
void hypercall_traced(struct vcpu *v) __attribute__((noreturn));
/** Called by trap_entry(), which has recorded the trap: `va` is the fault address. */
void direct_fault_traced(struct vcpu *v, u32 va) __attribute__((noreturn));
/** The trace's account of where the vcpu comes from: on each entry. */
void trace_back(struct vcpu *v, u8 lane);

#endif

/* fast.h: short ways in and out for direct-mode guests. */
#ifndef HV_FAST_H
#define HV_FAST_H

#include "dom/domain.h"

/** Be what the gate enters: the long way, for all. */
void trap_init(void);
/** Choose the gate's entries for hypercalls, page faults and #GP, of those below, for what `mode`
 * (MMU_DIRECT) needs, and for whether there is a trace. */
void choose_entries(u8 mode, bool traced);

void hypercall_traced(void) __attribute__((noreturn));
void hypercall_untraced(void) __attribute__((noreturn));
void fault_traced(void) __attribute__((noreturn));
void fault_untraced(void) __attribute__((noreturn));
void protection_traced(void) __attribute__((noreturn));
void protection_untraced(void) __attribute__((noreturn));
void shadow_entry(void) __attribute__((noreturn));

#endif

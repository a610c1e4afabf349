/* fast.h: short ways in and out for direct-mode guests, while no trace is written. */
#ifndef HV_FAST_H
#define HV_FAST_H

#include "dom/domain.h"

/** The gate's C entry for a hypercall. */
void hypercall_entry(void) __attribute__((noreturn));
/** The gate's C entry for a page fault, of any domain. */
void fault_entry(void) __attribute__((noreturn));

#endif

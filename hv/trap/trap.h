/* trap.h: what happens when the gate lets somebody in. */
#ifndef HV_TRAP_H
#define HV_TRAP_H

#include "dom/domain.h"

/** From now on traps in ring 0 come to hv_trap(). */
void trap_init(void);
/** The gate's C entry from rings 1 and 3: `current` holds the registers. */
void trap_entry(void) __attribute__((noreturn));
/** The gate's C entry from ring 0. Returns only from an interrupt. */
void hv_trap(struct cpu_regs *frame);
/** Run `current`, or another domain, or wait until one can run. */
void resume(void) __attribute__((noreturn));
/** Look through a segment with limit 0, to see whether the CPU enforces limits. */
bool probe_segment_limits(void);

#endif

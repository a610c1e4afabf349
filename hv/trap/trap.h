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
/** The current vcpu cannot go on: make another the current one, or wait until one can run. */
void schedule(void);
/** What is to be done when a domain has ended: make others, or end the machine. The processor is
 * the hypervisor's then, so that it may destroy the domain; it must leave one that will run. */
extern void (*domain_ended)(struct domain *d);
/** How often one live domain has made way for another. */
extern u32 hand_overs;
/** guest_ops.add_vcpu of shadow mode. */
int shadow_add_vcpu(struct vcpu *v);
/** Look through a segment with limit 0, to see whether the CPU enforces limits. */
bool probe_segment_limits(void);

#endif

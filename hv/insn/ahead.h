/*
 * ahead.h: catching sensitive instructions without touching the code (sensitive=breakpoint).
 *
 * Whenever the guest's kernel is about to run, its code is read ahead along every way that it can
 * take without an indirect branch, up to the first sensitive instruction on each; the debug
 * registers DR0 to DR3 stop it there. What was found is cached, by the place where it started.
 */
#ifndef HV_AHEAD_H
#define HV_AHEAD_H

#include "dom/domain.h"

/** Get ready for a domain with sensitive=breakpoint. @return false if there is no memory. */
bool ahead_init(struct domain *d);
void ahead_end(struct domain *d);
/** The vcpu is about to run ring-1 code at regs->eip: load the debug registers.
 * @return false if that instruction has been dealt with instead: ask again */
bool ahead_arm(struct vcpu *v);
/** #DB from ring 1, `why` as in DR6: where we wanted to stop, emulate the instruction.
 * @return what of it is the guest's affair, as the guest numbers its breakpoints */
u32 ahead_stopped(struct vcpu *v, u32 why);
/** Another vcpu of the domain is about to run. */
void ahead_switch(struct domain *d);
/** The guest changed its code, or where it is, or its breakpoints: the cache is void. */
static inline void ahead_forget(struct domain *d)
{
	d->ahead_epoch++;
}

#endif

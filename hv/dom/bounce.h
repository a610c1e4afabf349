/*
 * bounce.h: making a direct-mode guest enter one of its handlers (Xen calls the frame that is built
 * for it a bounce frame).
 */
#ifndef HV_BOUNCE_H
#define HV_BOUNCE_H

#include "dom/domain.h"

/** The vector that the trace shows for the event callback, which has none. */
#define VEC_EVENT_CALLBACK 255

/**
 * Enter the guest's handler for exception `e`: its frame is written on the ring-1 stack, and regs
 * hold the handler. For #PF, the fault address is v->virt.cr2.
 * @return true; false if there is no handler or the stack cannot be written: the domain has ended
 */
bool direct_deliver(struct vcpu *v, const struct pending_exception *e);
/** The same for a page fault at `cr2` with error code `err`. */
bool direct_deliver_fault(struct vcpu *v, u32 cr2, u32 err);
/** Enter the event callback if an event is pending and events are not masked.
 * @return true if the callback was entered */
bool direct_deliver_events(struct vcpu *v);
/** All that awaits the vcpu before it runs: first the exception, then events.
 * @return true if a handler was entered */
bool direct_deliver_pending(struct vcpu *v);
/** May `ring` raise vector `t` by int n, int3 or into? (An entry without a handler has DPL 0.)
 */
static inline bool software_int_allowed(const struct trap_info *t, u32 ring)
{
	return (t->flags & TI_DPL_MASK) >= ring;
}
/** Enter its handler; regs->eip is behind the instruction. @return 0: the domain has ended */
u32 direct_deliver_int(struct vcpu *v, const struct trap_info *t);
/** The registers that the guest asked for could not be loaded (a selector has gone since): enter
 * its failsafe callback, with the four data selectors on top of the frame.
 * @return false if there is none: the domain has ended */
bool direct_failsafe(struct vcpu *v);

#endif

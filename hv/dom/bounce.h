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
/**
 * int n, int3 or into with a gate of the guest's: regs->eip is still at the instruction.
 * @param len of the instruction, in bytes
 * @return false if the trap table does not allow this ring to raise it: the guest deserves a #GP
 */
bool direct_software_int(struct vcpu *v, u8 vec, u32 len);
/** The registers that the guest asked for could not be loaded (a selector has gone since): enter
 * its failsafe callback, with the four data selectors on top of the frame.
 * @return false if there is none: the domain has ended */
bool direct_failsafe(struct vcpu *v);

#endif

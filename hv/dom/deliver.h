/* deliver.h: the last step before a shadow-mode guest runs: what is pending for it. */
#ifndef HV_DELIVER_H
#define HV_DELIVER_H

#include "cpu/gate.h"
#include "dom/inject.h"

/** Deliver queued exceptions and, where the guest takes interrupts, one of those.
 * @return true if the guest will run a handler first. */
bool shadow_deliver(struct vcpu *v);
/** int n, int3, into at regs->eip: DPL is checked; EIP moves on when the gate lets it pass. */
void inject_software(struct vcpu *v, u8 vec, u32 insn_len);
/** EFLAGS as the guest would read them: virtual IF and IOPL. */
u32 guest_eflags(const struct vcpu *v);

#endif

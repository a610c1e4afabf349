/* inject.h: making an exception or interrupt happen to a guest. */
#ifndef HV_INJECT_H
#define HV_INJECT_H

#include "mmu/mmu.h"

/**
 * Queue an exception for the vcpu: it is delivered when the hypervisor next resumes it, at the EIP
 * and ESP that regs then hold. A second one while the first is pending becomes a double fault, a
 * third ends the domain (SDM 3A 6.15).
 * @param err the error code; ignored for vectors that push none
 */
void inject_exception(struct vcpu *v, u8 vec, u32 err);
/** The same for a page fault: sets the guest's CR2 and queues #PF. */
void inject_page_fault(struct vcpu *v, const struct guest_fault *pf);

#endif

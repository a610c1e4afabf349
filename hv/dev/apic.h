/*
 * apic.h: the local interrupt controllers of a shadow-mode guest that has several processors (SDM
 * 3A, chapter 10): what comes for each, and how one speaks to another.
 */
#ifndef HV_APIC_H
#define HV_APIC_H

#include "dev/vdev.h"
#include "dom/domain.h"

#define APIC_PFN 0xFEE00u /* guest-physical, and where its registers lie in the MP tables */

/** Give a vcpu its own. @return false if there is no memory */
bool apic_create(struct vcpu *v);
/** A page that shows its registers as they are now. It holds until the next call. */
mfn_t apic_page(struct vcpu *v);
/** The vcpu writes to them: `len` bytes from `offset` of the page on, within one register. */
void apic_write(struct vcpu *v, u32 offset, const void *src, u32 len);
/** Is there an interrupt for the vcpu, of its own controller's or of the PICs'? */
bool apic_pending(const struct vcpu *v);
/** The vcpu takes it. @return its vector */
u8 apic_ack(struct vcpu *v);
/** When its timer is due, in ns of system time; SCHED_NEVER: it is not. */
u64 apic_deadline(const struct vcpu *v);
/** It is `now`: raise what is due, and wake the vcpu for whatever has come. */
void apic_tick(struct vcpu *v, u64 now);

/** Is there an interrupt for a vcpu, whichever PC it belongs to? */
static inline bool intr_pending(const struct vcpu *v)
{
	return v->apic ? apic_pending(v) : vdev_intr_pending(v->domain->vdev);
}
static inline u8 intr_ack(struct vcpu *v)
{
	return v->apic ? apic_ack(v) : vdev_intr_ack(v->domain->vdev);
}

#endif

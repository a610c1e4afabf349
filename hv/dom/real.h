/*
 * real.h: real mode (SDM 3A, chapter 20), as far as a processor needs it that another one has
 * started: the few instructions up to its switch to protected mode.
 *
 * The processor runs them in ring 1, in protected mode: each segment register has a descriptor of
 * ours, for segments of 16 bits that begin at 16 times what was loaded. Exceptions, interrupts and
 * iret are not virtualized there: they end the domain.
 */
#ifndef HV_REAL_H
#define HV_REAL_H

#include "dom/segments.h"

/** Is the guest's processor in real mode? */
static inline bool in_real_mode(const struct vcpu *v)
{
	return !(v->virt.cr0 & CR0_PE);
}
/** Does this selector name one of the descriptors of real mode? They also serve between the switch
 * to protected mode and the loading of a register. */
static inline bool is_real_selector(u16 selector)
{
	return selector >= GATE_REAL && selector < GATE_SHADOW_RESERVED;
}
/** Load a segment register in real mode. */
void real_mode_load(struct vcpu *v, enum seg seg, u16 value);
/** The vcpu begins at the beginning of this 4096-byte page of the first megabyte, after an INIT and
 * a STARTUP message. */
void real_mode_begin(struct vcpu *v, u8 page);

#endif

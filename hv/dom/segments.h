/*
 * segments.h: segmentation of a shadow-mode guest.
 *
 * The guest's own descriptor tables stay where they are; the processor uses a table of ours, in
 * the gate, into which each of the guest's code and data descriptors is copied with DPL 0 raised
 * to 1. Real selectors of ring 1 therefore have RPL 1 where the guest expects 0.
 */
#ifndef HV_SEGMENTS_H
#define HV_SEGMENTS_H

#include "dom/domain.h"
#include "insn/insn.h"

/** The selector as the guest knows it: RPL 0 for what is really ring 1. */
static inline u16 guest_selector(u32 real)
{
	return (real & SEL_RPL) == 1 ? real & ~SEL_RPL : real;
}
/** The selector as the CPU must have it: RPL 1 for what the guest believes is ring 0. */
static inline u16 real_selector(u32 guest)
{
	return (guest & SEL_RPL) == 0 && (guest & ~SEL_RPL) ? guest | 1 : guest;
}

/** Copy the guest's descriptor table into the one that the CPU uses: after lgdt, or a write. */
void segments_sync(struct vcpu *v);
/** The guest wrote `len` bytes at guest-physical `pa`: if they belong to its GDT, copy it anew. */
void segments_written(struct vcpu *v, u32 pa, u32 len);
/** Fetch the guest's descriptor of a selector. @return false if null or beyond the table. */
bool guest_descriptor(struct vcpu *v, u16 selector, struct desc *d);
/**
 * Load a data-segment register (not CS) as `mov` and `pop` would in the ring where the guest
 * believes it is. @return true, or false with the exception queued (SDM 2, MOV).
 */
bool load_data_segment(struct vcpu *v, enum seg seg, u16 selector);
/** Check a far transfer of control within the kernel and set CS. @return as above. */
bool load_code_segment(struct vcpu *v, u16 selector);
/** A bare machine's start (Multiboot 1, 3.2): flat segments, no table of the guest's own yet. */
void segments_init(struct vcpu *v);

#endif

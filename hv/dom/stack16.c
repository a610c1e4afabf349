/* stack16.c: going back to a guest that is on a stack with a 16-bit pointer (shadow mode). */
#include "cpu/gate.h"
#include "dom/segments.h"

/*
 * On the way to such a stack (gate_leave_16) there must be no fault but in loading ds, es, fs and
 * gs: if the iret will fault, the ordinary one may.
 */
bool stack16_prepare(struct vcpu *v)
{
	const struct cpu_regs *r = v->regs;
	struct gate *g = v->domain->gate;
	struct desc ss = loaded_segment(v, SEG_SS), cs = loaded_segment(v, SEG_CS);
	u32 *far = (u32 *)((u8 *)r - GATE_FAR_STACK); /* ESP, SS */
	u32 va = g->va + GATE_STACK * PAGE_SIZE + ((u32)&r->eip) % PAGE_SIZE;

	if (!(ss.hi & DESC_P) || !desc_fits(SEG_SS, r->cs & SEL_RPL, r->ss & SEL_RPL, ss) ||
	    !(cs.hi & DESC_P) || r->eip > desc_limit(cs))
		return false;
	far[0] = (r->esp & 0xFFFF0000) | (va & 0xFFFF);
	far[1] = g->reserved_sel + GATE_SEL_STACK16;
	*gate_descriptor(g, far[1]) = gate_data_segment(va - far[0]);
	return true;
}

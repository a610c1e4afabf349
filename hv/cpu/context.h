/* context.h: what of the processor is the guest's beside what the gate saves at each entry. */
#ifndef HV_CONTEXT_H
#define HV_CONTEXT_H

#include <trapline/types.h>

struct vcpu;

/** Of a vcpu that does not run. */
struct context {
	u32 cr0, cr4; /* only the bits that a guest may set: CONTEXT_CR0, CONTEXT_CR4 */
	u32 dr6;
	u8 fpu[512] __attribute__((aligned(16))); /* fxsave's form, or fnsave's */
};

/** At the start: keep what the processor holds, for a new vcpu to begin with. */
void context_init(struct context *c);
/** Give a vcpu that does not run this FPU, or (NULL) the one that all begin with. */
void context_set_fpu(struct vcpu *v, const u8 fpu[512]);
/** The processor goes on as `next`: its tables, its address space, its registers beside v->regs. */
void context_switch(struct vcpu *next);
#endif

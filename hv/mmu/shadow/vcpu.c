/*
 * vcpu.c: several vcpus of one shadow-mode domain. They share the shadows, and each finds the one
 * of its own base there when it runs: there is one processor. What follows the guest's tables and
 * code follows them for the vcpu that is loaded, so another one looks at all of it anew.
 */
#include "cpu/gate.h"
#include "dom/segments.h"
#include "find/find.h"
#include "mmu/shadow/shadow.h"

void shadow_load(struct vcpu *v)
{
	struct domain *d = v->domain;
	struct shadow_state *s = d->shadow;
	struct vcpu *last;

	for_each_vcpu(last, d) if (last->gate == d->gate) break;
	if (last->stepping_over)
		shadow_step_over_end(last);
	gate_load(v);
	shadow_resync(d);
	shadow_cr_bits(v);
	forget_code(d);
	if (d->ahead)
		ahead_switch(d);
	s->gdt_pde = 0;
	shadow_select_root(v);
	/* Another one may have written to its tables. */
	segments_sync(v);
	segments_sync_ldt(v);
}

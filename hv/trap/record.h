/* record.h: what every entry from a guest has in common, and what the trace is told of it. */
#ifndef HV_RECORD_H
#define HV_RECORD_H

#include "insn/insn.h"
#include "mmu/direct/walk.h"
#include "trace/trace.h"

/** The lane that an entry came from. */
static inline u8 lane_of(const struct cpu_regs *r)
{
	return from_kernel(r) ? LANE_GUEST : LANE_APP;
}

void record_insn_fetched(struct vcpu *v);
/** Record the instruction that trapped, for whoever reads the trace. */
static inline void record_insn(struct vcpu *v)
{
	if (v->records & TRACE_CLASS_insn)
		record_insn_fetched(v);
}
/** The same of a direct-mode guest, where the page is known as a rule: then there is no need to ask
 * how many bytes can be read. */
static ALWAYS_INLINE void record_insn_direct(struct vcpu *v)
{
	u32 eip = v->regs->eip;
	const b16 *known = (const b16 *)soft_itlb_lookup(v, eip, sizeof(*known));
	struct trace_fields_insn *t;

	if (!known) {
		record_insn_fetched(v);
		soft_itlb_fill(v, eip, sizeof(*known)); /* next time it is a hit */
		return;
	}
	t = trace_insn_at(v, LANE_VMM, LANE_VMM);
	if (t) {
		t->eip = eip;
		t->len = INSN_MAX_LEN;
		/* In words: a string instruction would take three registers from what comes. */
		for (u32 k = 0; k < sizeof(*known); k += sizeof(u32))
			__builtin_memcpy(&t->bytes.b[k], &known->b[k], sizeof(u32));
		t->bytes.b[INSN_MAX_LEN] = 0;
	}
}

/** The kernel is back: from elsewhere, or in the midst of an episode. The second form is that of a
 * direct-mode guest. */
typedef void back_fn(struct vcpu *v);
back_fn trace_back_to_kernel, direct_back_to_kernel;
/** Where does the trace believe that the vcpu was, and where does it come from? */
static ALWAYS_INLINE void trace_back(struct vcpu *v, u8 lane, back_fn *back)
{
	if (lane == LANE_APP) {
		v->left_eip = v->regs->eip;
		v->left_sp = v->kernel_sp;
		trace_entered(v, LANE_APP);
	} else if (v->lane != LANE_GUEST || v->fault) {
		/* Otherwise it is the kernel again, outside an episode: nothing to account for. */
		back(v);
	}
}

/** What happens at each entry from a guest, by whichever way it came in. */
static ALWAYS_INLINE void guest_entered(struct vcpu *v, u8 lane, bool traced, back_fn *back)
{
	v->exit_faults = 0; /* it has run */
	if (traced)
		trace_back(v, lane, back);
}

#endif

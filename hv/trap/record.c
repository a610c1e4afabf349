/*[H15] record.c: what the trace is told of each entry, beside the entry itself. */
#include "dom/guest_ops.h"
#include "dom/segments.h"
#include "insn/insn.h"
#include "trap/record.h"

void record_insn_fetched(struct vcpu *v)
{
	u32 eip = v->regs->eip;
	b16 bytes = {{0}};
	u8 size, len = guest_fetch(v, code_address(v, &size), bytes.b, INSN_MAX_LEN);

	trace_insn(v, LANE_VMM, LANE_VMM, eip, len, bytes);
}

void trace_back_to_kernel(struct vcpu *v)
{
	if (v->lane != LANE_GUEST)
		trace_entered(v, LANE_GUEST);
	else if (trace_classes & TRACE_CLASS_trap)
		v->domain->ops->back_in_kernel(v);
}

/*[H15] record.c: what the trace is told of each entry, beside the entry itself. */
#include "insn/insn.h"
#include "trap/record.h"

void record_insn_fetched(struct vcpu *v)
{
	u32 eip = v->regs->eip;
	b16 bytes = {{0}};
	u8 len = guest_fetch(v, eip, bytes.b, INSN_MAX_LEN);

	trace_insn(v, LANE_VMM, LANE_VMM, eip, len, bytes);
	/* Next time it will be known. */
	if (v->domain->mode == MMU_DIRECT)
		learn_code(v, eip, sizeof(bytes));
}

/*
 * A direct-mode guest returns to its application and comes back by a fast system call without our
 * seeing it. But each entry from ring 3 leaves its EIP at the top of the ring-1 stack: if that is
 * another than at the last entry that we did see, both have happened.
 */
static void notice_native(struct vcpu *v)
{
	const u32 *frame; /* eip, cs */

	if (!v->fault || v->left_sp != v->kernel_sp || v->lane != LANE_GUEST)
		return;
	frame = (const u32 *)find_page(v, v->kernel_sp - 20, 2 * sizeof(*frame), false);
	if (frame && frame[0] != v->left_eip && (frame[1] & SEL_RPL) == 3) {
		v->left_eip = frame[0];
		trace_native(v, LANE_GUEST, LANE_APP, v->left_eip);
		trace_left(v, LANE_APP);
		trace_entered(v, LANE_GUEST);
	}
}

void trace_back_to_kernel(struct vcpu *v)
{
	if (v->domain->mode == MMU_DIRECT && trace_classes & TRACE_CLASS_trap)
		notice_native(v);
	trace_entered(v, LANE_GUEST);
}

/* witness.h: the second witness: does the CPU's own log confirm the hypervisor's trace? */
#ifndef TLTRACE_WITNESS_H
#define TLTRACE_WITNESS_H

#include "read/qemulog.h"
#include "read/trace.h"

struct witness {
	u64 confirmed, traps, irqs, hypercalls; /* ring-0 entries on which both agree */
	u64 fast;				/* went straight from ring 3 to ring 1 */
	u64 refused; /* int instructions that ended in a #GP of their own */
	u64 before;  /* ring-0 entries before the trace began: the firmware's, the boot's */
	u64 after;   /* the VMM's own, after the trace had ended */
	u64 lost;    /* events discarded; the comparison stops there */
	u64 missing, forged;
};

/** Compare. 0: confirmed; 1: they disagree, or the trace cannot tell, with @report filled;
 * -1: trouble with @err filled. @allow_dropped: stop quietly where the trace lost events. */
int witness_compare(const struct trace *t, struct qemulog *log, bool allow_dropped,
		    struct witness *out, struct sb *report, struct err *err);

#endif

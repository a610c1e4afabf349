/* tbuf.c: Domain 0 says what is traced, and is told where the trace lies: Xen's trace buffers. */
#include <trapline/xen/domctl.h>
#include "comm/inventory.h"
#include "cpu/gate.h"
#include "hcall/hcall.h"
#include "trace/trace.h"

/* Where it was when it was last recorded does not count: its story begins where it is now. */
static void begin_anew(struct vcpu *v)
{
	v->lane = from_kernel(v->regs) ? LANE_GUEST : LANE_APP;
	v->fault = 0;
}

static void record(u32 classes)
{
	bool told = trace_classes & classes & TRACE_CLASS_mem; /* of all frames, before */
	struct vcpu *v;

	if (!told)
		record_inventory(INVENTORY_end);
	for (struct domain *d = domains; d; d = d->next) {
		for_each_vcpu(v, d)
		{
			v->records = classes & d->records;
			if (!trace_classes == !classes)
				continue;
			v->gate->entries = &v->gate->layout->entries[classes != 0];
			begin_anew(v);
		}
	}
	gate_entries = *current->gate->entries;
	trace_classes = trace_nobody.records = classes;
	if (!told)
		record_inventory(INVENTORY_begin);
}

void trace_filter(struct domain *d, u32 *classes)
{
	u32 before = d->records;
	struct vcpu *v;

	d->records = *classes;
	*classes = before;
	for_each_vcpu(v, d) v->records = trace_classes & d->records;
}

s32 trace_buffer_op(struct xen_sysctl_tbuf_op *t)
{
	switch (t->cmd) {
	case XEN_SYSCTL_TBUFOP_get_info:
		t->evt_mask = trace_classes;
		t->buffer_mfn = trace_ring_mfn.n;
		t->size = trace_ring_pages * PAGE_SIZE;
		return 0;
	case XEN_SYSCTL_TBUFOP_set_evt_mask:
		trace_wanted = t->evt_mask;
		if (trace_classes)
			record(trace_wanted);
		return 0;
	case XEN_SYSCTL_TBUFOP_enable:
		record(trace_wanted);
		return 0;
	case XEN_SYSCTL_TBUFOP_disable:
		record(0);
		return 0;
	}
	return -EINVAL;
}

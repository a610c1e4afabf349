/* vcpu.c: the vcpus of a domain: the first, which it has always, and others that are made later. */
#include "cpu/gate.h"
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "trace/trace.h"
#include "dom/time.h"
#include "mem/frame.h"

bool vcpu_create(struct vcpu *v, struct domain *d, u16 nr, bool traced)
{
	v->domain = d;
	v->name.domain = d->id;
	v->name.vcpu = nr;
	v->lane = LANE_GUEST;
	v->records = trace_classes & d->records;
	v->context = hypervisor.vcpu.context;
	v->down = nr;
	if (!gate_create(v, &d->ops->gate, traced))
		return false;
	vcpu_add(v);
	return true;
}

static struct vcpu *next_vcpu(struct domain *d, struct vcpu *last)
{
	struct vcpu *v = hv_alloc_page();
	struct sched_params p;

	if (!v)
		return NULL;
	if (!vcpu_create(v, d, last->name.vcpu + 1, d->gate->entries == &d->ops->gate.entries[1])) {
		hv_free_page(v);
		return NULL;
	}
	if (domain_sched_get(d, &p))
		this_cpu.sched.ops->set(&this_cpu.sched, &v->unit, &p, system_time());
	trace_hand_overs = true;
	return last->next = v;
}

bool vcpus_create(struct domain *d, u32 n)
{
	struct vcpu *v = &d->vcpu;

	for (u32 have = 1; v && have < n; have++) {
		v = v->next ? v->next : next_vcpu(d, v);
		if (v && !d->ops->add_vcpu(v))
			return false;
	}
	return v;
}

bool others_run(const struct vcpu *v)
{
	const struct vcpu *other;

	for_each_vcpu(other, v->domain) if (other != v && !other->down &&
					    (!other->blocked || other->virt.intr_flag)) return true;
	return false;
}

void vcpus_free(struct domain *d)
{
	struct vcpu *v = d->vcpu.next, *next;

	for (; v; v = next) {
		next = v->next;
		gate_destroy(v);
		hv_free_page(v);
	}
	d->vcpu.next = NULL;
	gate_destroy(&d->vcpu);
}

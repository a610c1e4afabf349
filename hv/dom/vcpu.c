/* vcpu.c: the vcpus of a domain: the first, which it has always, and others that are made later. */
#include "cpu/gate.h"
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "dom/time.h"
#include "hcall/errno.h"
#include "mem/frame.h"
#include "trace/trace.h"

struct vcpu *vcpu_create(struct domain *d, u16 nr, bool traced, bool segments)
{
	struct vcpu *v = hv_alloc_page();

	if (!v)
		return NULL;
	v->domain = d;
	v->name.domain = d->id;
	v->name.vcpu = nr;
	v->lane = LANE_GUEST;
	v->records = trace_classes & d->records;
	v->context = hypervisor.vcpus->context;
	v->down = nr;
	if (!gate_create(v, &d->ops->gate, traced, segments)) {
		hv_free_page(v);
		return NULL;
	}
	vcpu_add(v);
	return v;
}

/* A whole one, or none. */
static int next_vcpu(struct domain *d, struct vcpu *last)
{
	struct vcpu *v =
	    vcpu_create(d, last->name.vcpu + 1, d->gate->entries == &d->ops->gate.entries[1],
			d->gate->segments);
	struct sched_params p;
	int err;

	if (!v)
		return -ENOMEM;
	err = d->ops->add_vcpu(v);
	if (err) {
		vcpu_remove(v);
		gate_destroy(v);
		hv_free_page(v);
		return err;
	}
	if (domain_sched_get(d, &p))
		this_cpu.sched.ops->set(&this_cpu.sched, &v->unit, &p, system_time());
	trace_hand_overs = true;
	last->next = v;
	return 0;
}

int vcpus_create(struct domain *d, u32 n)
{
	struct vcpu *v = d->vcpus;
	int err = 0;

	while (!err && v->name.vcpu + 1u < n) {
		if (v->next)
			v = v->next;
		else
			err = next_vcpu(d, v);
	}
	return err;
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
	struct vcpu *v = d->vcpus->next, *next;

	for (; v; v = next) {
		next = v->next;
		gate_destroy(v);
		hv_free_page(v);
	}
	d->vcpus->next = NULL;
	gate_destroy(d->vcpus);
}

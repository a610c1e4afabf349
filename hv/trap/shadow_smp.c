/* shadow_smp.c: shadow mode as a design, for domains of several vcpus: interrupts come by way of
 * each one's own controller. One with a single vcpu pays nothing for that. */
#include "build/build.h"
#include "dev/apic.h"
#include "dom/deliver.h"
#include "dom/guest_ops.h"
#include "trap/trap.h"

static bool deliver(struct vcpu *v)
{
	return (v->exc.valid || apic_pending(v)) && shadow_deliver(v);
}

static bool woken(const struct vcpu *v)
{
	return v->virt.intr_flag && apic_pending(v);
}

static u64 deadline(const struct domain *d)
{
	u64 at = vdev_deadline(d->vdev), one;
	const struct vcpu *v;

	for_each_vcpu(v, d)
	{
		one = v->apic ? apic_deadline(v) : SCHED_NEVER;
		if (one < at)
			at = one;
	}
	return at;
}

static void tick(struct domain *d, u64 now)
{
	struct vcpu *v;

	vdev_advance(d->vdev, now);
	for_each_vcpu(v, d) if (v->apic) apic_tick(v, now);
}

int shadow_add_vcpu(struct vcpu *v)
{
	static struct guest_ops several;
	int err = add_vcpu_native(v);

	if (err)
		return err;
	several = shadow_guest;
	several.deliver = deliver;
	several.woken = woken;
	several.deadline = deadline;
	several.tick = tick;
	v->domain->ops = &several;
	return 0;
}

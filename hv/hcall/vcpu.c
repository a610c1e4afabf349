/* vcpu.c: a domain's vcpus, as its kernel (vcpu_op) and Domain 0 (domctl) see them. */
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "dom/time.h"
#include "hcall/hcall.h"
#include "lib/string.h"

/* Of a periodic timer, in ns. */
#define PERIOD_MIN 1000000u
#define PERIOD_MAX 3600000000000ull

/* A context is too large for the stack. One is enough: no call is interrupted. */
static struct vcpu_guest_context context;

s32 vcpu_context_read(struct vcpu *by, struct vcpu *v, vaddr_t from)
{
	if (copy_from_guest(by, &context, from, sizeof(context)))
		return -EFAULT;
	return v->domain->ops->set_context(v, &context);
}

s32 vcpu_context_write(struct vcpu *by, const struct vcpu *v, vaddr_t to)
{
	memset(&context, 0, sizeof(context));
	v->domain->ops->get_context(v, &context);
	return copy_to_guest(by, to, &context, sizeof(context));
}

/* It gets its first registers; from then on only it, and Domain 0, change them. */
static s32 initialise(struct vcpu *by, struct vcpu *v, vaddr_t from)
{
	if (v->initialised)
		return -EEXIST;
	work_begin(by->domain->direct);
	return vcpu_context_read(by, v, from);
}

static s32 up(struct vcpu *v)
{
	if (!v->initialised)
		return -EINVAL;
	vcpu_up(v);
	return 0;
}

/* The same timer as set_timer_op's. */
static s32 set_singleshot(struct vcpu *v, const struct vcpu_set_singleshot_timer *t)
{
	if (t->flags & VCPU_SSHOTTMR_future && t->timeout_abs_ns <= system_time())
		return -ETIME;
	set_deadline(v, t->timeout_abs_ns);
	return 0;
}

static s32 set_periodic(struct vcpu *v, u64 period)
{
	if (period < PERIOD_MIN || period > PERIOD_MAX)
		return -EINVAL;
	v->period = period;
	v->next_tick = system_time() + period;
	timer_rearm();
	return 0;
}

/* Timers of v, by the wish of `by`; the single shot is everybody's own. */
static s32 timer_op(struct vcpu *by, struct vcpu *v, const struct hcall_args *a)
{
	union {
		struct vcpu_set_periodic_timer periodic;
		struct vcpu_set_singleshot_timer singleshot;
	} arg;

	switch (a->a1) {
	case VCPUOP_set_periodic_timer:
		if (copy_from_guest(by, &arg, a->a3, sizeof(arg.periodic)))
			return -EFAULT;
		return set_periodic(v, arg.periodic.period_ns);
	case VCPUOP_stop_periodic_timer:
		v->period = 0;
		return 0;
	case VCPUOP_set_singleshot_timer:
		if (v != by)
			return -EINVAL;
		if (copy_from_guest(by, &arg, a->a3, sizeof(arg.singleshot)))
			return -EFAULT;
		return set_singleshot(v, &arg.singleshot);
	case VCPUOP_stop_singleshot_timer:
		if (v != by)
			return -EINVAL;
		set_deadline(v, 0);
		return 0;
	}
	return -ENOSYS;
}

/**
 * vcpu_op(cmd, vcpu, arg): a vcpu of the domain: its beginning, its state, and its timers, which
 * raise VIRQ_TIMER.
 * @return 0 (is_up: 1 if it is), -ENOENT, -EEXIST, -EFAULT, -EINVAL, -ENOMEM, -ETIME or -ENOSYS
 */
s32 hc_vcpu_op(struct vcpu *by, struct hcall_args *a)
{
	struct vcpu *v = vcpu_find(by->domain, a->a2);
	struct vcpu_runstate_info r;

	if (!v)
		return -ENOENT;
	switch (a->a1) {
	case VCPUOP_initialise:
		return initialise(by, v, a->a3);
	case VCPUOP_up:
		return up(v);
	case VCPUOP_down:
		vcpu_down(v);
		return 0;
	case VCPUOP_is_up:
		return !v->down;
	case VCPUOP_get_runstate_info:
		r = vcpu_runstate(v);
		return copy_to_guest(by, a->a3, &r, sizeof(r)) ? -EFAULT : 0;
	}
	return timer_op(by, v, a);
}

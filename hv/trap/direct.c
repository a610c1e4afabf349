/* direct.c: direct mode as a design: what comes in, what goes out, time and console. */
#include "build/build_pv.h"
#include "comm/evtchn.h"
#include "dom/bounce.h"
#include "dom/console.h"
#include "dom/guest_ops.h"
#include "dom/inject.h"
#include "dom/run.h"
#include "dom/time.h"
#include "hcall/hcall.h"
#include "insn/insn.h"
#include "lib/div.h"
#include "lib/printk.h"
#include "trap/fast.h"
#include "trap/record.h"
#include "trap/trap.h"

static bool direct_trap(struct vcpu *v, u8 vec)
{
	/* With an error code it is a selector that was wrong. */
	return vec == VEC_GP && !v->regs->err && emulate_privileged(v) != EMUL_UNKNOWN;
}

static void direct_software_interrupt(struct vcpu *v, u8 vec, u32 len)
{
	const struct trap_info *t = &v->traps[vec];

	if (software_int_allowed(t, v->regs->cs & SEL_RPL)) {
		v->regs->eip += len;
		direct_deliver_int(v, t);
	} else {
		inject_exception(v, VEC_GP, v->regs->err);
	}
}

static void direct_enter_failed(struct vcpu *v, const struct cpu_regs *fault)
{
	(void)fault;
	direct_failsafe(v);
}

/*
 * A direct-mode guest returns to its application and comes back by a fast system call without our
 * seeing it. But each entry from ring 3 leaves its EIP at the top of the ring-1 stack: if that is
 * another than at the last entry that we did see, both have happened.
 */
static ALWAYS_INLINE void notice_native(struct vcpu *v)
{
	const u32 *frame; /* eip, cs */

	if (v->left_sp != v->kernel_sp)
		return;
	frame = (const u32 *)find_page(v, v->kernel_sp - 20, 2 * sizeof(*frame), false);
	if (frame && frame[0] != v->left_eip && (frame[1] & SEL_RPL) == 3) {
		v->left_eip = frame[0];
		trace_native(v, LANE_GUEST, LANE_APP, v->left_eip);
		trace_left(v, LANE_APP);
		trace_entered(v, LANE_GUEST);
	}
}

static void direct_back_in_kernel(struct vcpu *v)
{
	notice_native(v);
}

void direct_back_to_kernel(struct vcpu *v)
{
	if (v->lane != LANE_GUEST)
		trace_entered(v, LANE_GUEST);
	else if (trace_classes & TRACE_CLASS_trap)
		notice_native(v);
}

static bool direct_ready(struct vcpu *v)
{
	(void)v;
	return true;
}

static u64 direct_deadline(const struct domain *d)
{
	const struct vcpu *v;
	u64 at = SCHED_NEVER;

	for_each_vcpu(v, d)
	{
		if (v->timer_deadline && v->timer_deadline < at)
			at = v->timer_deadline;
		/* The periodic timer runs only while the vcpu does; a blocked one may wait for the
		 * end of a poll. */
		if (!v->blocked && v->period && v->next_tick < at)
			at = v->next_tick;
		if (v->poll_until && v->poll_until < at)
			at = v->poll_until;
	}
	return at;
}

/* Always a whole number of periods after the first: lateness does not add up. What has passed while
 * it did not run is one event. */
static void next_period(struct vcpu *v, u64 now)
{
	v->next_tick = now - mod_u64(now - v->next_tick, v->period) + v->period;
}

static void vcpu_tick(struct vcpu *v, u64 now)
{
	bool due = false;

	if (v->poll_until && v->poll_until <= now) {
		vcpu_wake(v);
	}
	if (v->timer_deadline && v->timer_deadline <= now) {
		v->timer_deadline = 0;
		due = true;
	}
	if (!v->blocked && v->period && v->next_tick <= now) {
		next_period(v, now);
		due = true;
	}
	if (due) {
		time_update_info(v);
		evtchn_send_virq(v, VIRQ_TIMER);
	}
}

static void direct_tick(struct domain *d, u64 now)
{
	struct vcpu *v;

	for_each_vcpu(v, d) vcpu_tick(v, now);
}

static void direct_input(struct domain *d, u8 byte)
{
	console_keep(d, byte);
	evtchn_send_virq(d->vcpus, VIRQ_CONSOLE);
}

static void direct_watch(struct domain *d, mfn_t m)
{
	(void)d;
	panic("frame %x of a direct-mode domain cannot be watched", m.n);
}

static void direct_dump(const struct vcpu *v)
{
	printk("  cr2 %08x  base mfn %x\n", v->virt.cr2, v->base.n);
}

const struct guest_ops direct_guest = {
    .mode = MMU_DIRECT,
    .name = "direct",
    .by_limits = true,
    .by_mfn = true,
    .gate = {.reserved_sel = GATE_DIRECT_RESERVED,
	     .m2p = true,
	     .loads_cr3 = true,
	     .breakpoints = true,
	     .entries = {{trap_entry, hypercall_untraced, fault_untraced, protection_untraced},
			 {trap_entry, hypercall_traced, fault_traced, protection_traced}}},
    .build = build_pv,
    .create = create_pv,
    .set_max = pv_set_max,
    .frame = pv_frame,
    .code = pv_code,
    .set_context = pv_set_context,
    .get_context = pv_get_context,
    .add_vcpu = add_vcpu_pv,
    .load = direct_load,
    .trap = direct_trap,
    .software_interrupt = direct_software_interrupt,
    .enter_failed = direct_enter_failed,
    .back_in_kernel = direct_back_in_kernel,
    .deliver = direct_deliver_pending,
    .ready = direct_ready,
    .enter = gate_exit,
    .deadline = direct_deadline,
    .tick = direct_tick,
    .input = direct_input,
    .watch = direct_watch,
    .dump = direct_dump,
    .destroy = release_pv,
};

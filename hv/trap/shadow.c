/* shadow.c: shadow mode as a design: what comes in, what goes out, time and console. */
#include "build/build.h"
#include "dev/vdev.h"
#include "dom/deliver.h"
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "dom/segments.h"
#include "find/find.h"
#include "insn/insn.h"
#include "lib/printk.h"
#include "mmu/shadow/reclaim.h"
#include "trap/fast.h"
#include "trap/trap.h"

/* The gate's entry for faults and #GP, where direct mode has faster ones. A function of its own:
 * the debugger stops at it (tools/gdb_trap.py). */
void shadow_entry(void)
{
	trap_entry();
}

static void debug_exception(struct vcpu *v)
{
	u32 why = take_debug_status() & (DR6_BS | DR6_BREAKPOINTS), guests = why;

	if (why && v->domain->ahead && from_kernel(v->regs))
		guests = ahead_stopped(v, why);
	if (v->virt.stepping && why & DR6_BS) { /* our own step, over one instruction */
		v->virt.stepping = 0;
		v->virt.intr_shadow = 0;
		v->regs->eflags &= ~EFL_TF;
		guests &= ~DR6_BS;
	}
	if (why && !guests)
		return;
	v->virt.dr[6] |= guests; /* why, for the guest's own */
	inject_exception(v, VEC_DB, 0);
}

static bool shadow_trap(struct vcpu *v, u8 vec)
{
	switch (vec) {
	case VEC_GP:
		/* A privileged or patched instruction of the guest's kernel, or one that the kernel
		 * allows applications; they get what they would on bare hardware. */
		return emulate_system(v) != EMUL_UNKNOWN || segments_extend(v, v->regs->err);
	case VEC_DB:
		debug_exception(v);
		return true;
	case VEC_NP:
	case VEC_SS:
		return first_use(v, v->regs->err); /* the guest tries again */
	default:
		return false;
	}
}

static void shadow_enter_failed(struct vcpu *v, const struct cpu_regs *fault)
{
	inject_exception(v, VEC_GP, fault->err);
}

/* The instruction (mmu/shadow/sync.c) has run, unless it has faulted for one more page. */
static void shadow_stepped_over(struct vcpu *v, u8 vec)
{
	if (vec != VEC_PF || v->regs->eip != v->domain->shadow->step_over_eip)
		shadow_step_over_end(v);
}

static void shadow_back_in_kernel(struct vcpu *v)
{
	(void)v; /* whatever it does has been seen */
}

/* Nearly always there is nothing. */
static bool shadow_deliver_pending(struct vcpu *v)
{
	struct domain *d = v->domain;

	/* Over its limit of resident pages: one is swapped out on each way out. Not while an
	 * instruction is stepped over, which needs the pages made ready for it. */
	if (d->populated > d->reserve.resident && !v->stepping_over)
		swap_out_one(d);
	return (v->exc.valid || vdev_intr_pending(v->domain->vdev)) && shadow_deliver(v);
}

static bool shadow_ready(struct vcpu *v)
{
	struct domain *d = v->domain;
	const struct cpu_regs *r = v->regs;

	if (d->ahead && from_kernel(r) && !ahead_arm(v))
		return false;
	if (v->stepping_over && r->eip != d->shadow->step_over_eip)
		shadow_step_over_end(v);
	/* The kernel runs where nothing has been scanned yet. */
	if ((r->eip - d->code.start >= d->code.len || r->cs != d->code.cs) && d->patches &&
	    from_kernel(r))
		code_entered(v);
	if (d->ahead ? !from_kernel(r) : v->virt.dr[7] & DR7_ENABLED)
		load_debug_registers(
		    v); /* the guest's, not ahead.c's; none on the gate, which may have moved */
	return !d->dying;
}

/* Is the guest on a stack with a 16-bit pointer? Its tables are mapped side by side in the gate. */
static bool stack16_in_use(const struct vcpu *v)
{
	u32 ss = v->regs->ss & 0xFFFF, table = v->domain->gate->va + GATE_GDT * PAGE_SIZE;

	if (ss & SEL_TI)
		table += (GATE_LDT - GATE_GDT) * PAGE_SIZE;
	return !(((const struct desc *)table)[ss / 8].hi & DESC_DB);
}

static void __attribute__((noreturn)) shadow_enter(struct vcpu *v)
{
	if (stack16_in_use(v) && stack16_prepare(v))
		gate_exit_16(v);
	gate_exit(v);
}

static bool shadow_woken(const struct vcpu *v)
{
	return vdev_intr_pending(v->domain->vdev);
}

static u64 shadow_deadline(const struct domain *d)
{
	return vdev_deadline(d->vdev);
}

static void wake_if_interrupted(struct vcpu *v)
{
	if (v->blocked && v->domain->ops->woken(v))
		vcpu_wake(v);
}

static void shadow_tick(struct domain *d, u64 now)
{
	vdev_advance(d->vdev, now);
	wake_if_interrupted(d->vcpus);
}

static void shadow_input(struct domain *d, u8 byte)
{
	vdev_console_input(d->vdev, byte);
	wake_if_interrupted(d->vcpus);
}

static void shadow_watch(struct domain *d, mfn_t m)
{
	frame_trace(d, m, FRAME_WATCHED);
}

static void shadow_dump(const struct vcpu *v)
{
	printk("  virtual: cr0 %08x  cr2 %08x  cr3 %08x  cr4 %08x  IF %u\n", v->virt.cr0,
	       v->virt.cr2, v->virt.cr3, v->virt.cr4, v->virt.intr_flag);
}

const struct guest_ops shadow_guest = {
    .mode = MMU_SHADOW,
    .name = "shadow",
    .gate = {.reserved_sel = GATE_SHADOW_RESERVED,
	     .tables = true,
	     /* There is no short way, and no hypercall. */
	     .entries = {{trap_entry, NULL, shadow_entry, shadow_entry},
			 {trap_entry, NULL, shadow_entry, shadow_entry}}},
    .build = build_native,
    .create = create_native,
    .set_max = native_set_max,
    .frame = native_frame,
    .code = native_code,
    .set_context = native_set_context,
    .get_context = native_get_context,
    .add_vcpu = shadow_add_vcpu,
    .load = shadow_load,
    .trap = shadow_trap,
    .software_interrupt = inject_software,
    .enter_failed = shadow_enter_failed,
    .stepped_over = shadow_stepped_over,
    .back_in_kernel = shadow_back_in_kernel,
    .deliver = shadow_deliver_pending,
    .ready = shadow_ready,
    .enter = shadow_enter,
    .woken = shadow_woken,
    .deadline = shadow_deadline,
    .tick = shadow_tick,
    .input = shadow_input,
    .watch = shadow_watch,
    .balloon = shadow_balloon,
    .dump = shadow_dump,
    .destroy = release_native,
};

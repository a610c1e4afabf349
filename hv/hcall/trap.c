/*[H66] trap.c: the hypercalls by which a guest says how it is to be entered, and how it goes back.
 */
#include "cpu/gate.h"
#include "hcall/hcall.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

#define TRAPS_PER_CALL 64 /* entries of a trap table read before interrupts get their turn */

static bool handler_ok(u32 cs, u32 eip)
{
	/* LAB 01.2a BEGIN */
	return ring1_selector_ok(cs, FLAT_RING1_CS) && eip < HYPERVISOR_VIRT_START;
	/* LAB 01.2a END */
}

/*
 * A system call may go straight from ring 3 to ring 1, through a trap gate of the CPU. Only if the
 * guest does not want events masked on entry, which no gate can do, and only this vector: a page
 * fault must come to us for its address, and the others are exceptions that we may have caused.
 */
static void set_system_call(struct vcpu *v, const struct trap_info *t)
{
	/* LAB 01.2b BEGIN */
	bool fast = t->address && (t->flags & TI_DPL_MASK) == 3 && !(t->flags & TI_MASK_EVENTS);

	gate_set_fast(v->domain->gate, t->vector, fast ? t->cs : 0, fast ? t->address : 0);
	trace_fast_gate(v, LANE_VMM, LANE_VMM, t->vector, fast ? t->cs : 0, fast ? t->address : 0);
	/* LAB 01.2b END */
}

/** set_trap_table(struct trap_info *table): up to an entry whose address is 0; entries before a bad
 * one take effect. NULL clears the table. @return 0, -EPERM (selector), -EINVAL, -EFAULT */
s32 hc_set_trap_table(struct vcpu *v, struct hcall_args *a)
{
	struct trap_info t;

	if (!a->a1) {
		for (u32 i = 0; i < ARRAY_SIZE(v->traps); i++)
			v->traps[i] = (struct trap_info){.vector = i};
		set_system_call(v, &v->traps[0x80]);
		return 0;
	}
	for (u32 i = 0; i < TRAPS_PER_CALL; i++, a->a1 += sizeof(t)) {
		if (copy_from_guest(v, &t, a->a1, sizeof(t)))
			return -EFAULT;
		/* LAB 01.2c BEGIN */
		if (!t.address)
			return 0;
		if (!ring1_selector_ok(t.cs, FLAT_RING1_CS))
			return -EPERM;
		if (!handler_ok(t.cs, t.address))
			return -EINVAL;
		v->traps[t.vector] = t;
		if (t.vector == 0x80)
			set_system_call(v, &t);
		/* LAB 01.2c END */
	}
	return HCALL_AGAIN;
}

/** stack_switch(ss, esp): the ring-1 stack for entries from ring 3. @return 0 or -EPERM */
s32 hc_stack_switch(struct vcpu *v, struct hcall_args *a)
{
	struct tss *tss = v->domain->gate->tss;

	/* A guest that switches processes says the same selector each time. */
	if (a->a1 != FLAT_RING1_SS && !ring1_selector_ok(a->a1, FLAT_RING1_SS))
		return -EPERM;
	v->kernel_ss = a->a1;
	v->kernel_sp = a->a2;
	/* The CPU uses it too, for a fast system call. */
	tss->ss1 = a->a1;
	tss->esp1 = a->a2;
	return 0;
}

/** set_callbacks(event cs, event eip, failsafe cs, failsafe eip). @return 0, -EPERM or -EINVAL */
s32 hc_set_callbacks(struct vcpu *v, struct hcall_args *a)
{
	if (!ring1_selector_ok(a->a1, FLAT_RING1_CS) || !ring1_selector_ok(a->a3, FLAT_RING1_CS))
		return -EPERM;
	if (!handler_ok(a->a1, a->a2) || !handler_ok(a->a3, a->a4))
		return -EINVAL;
	v->event_cs = a->a1;
	v->event_eip = a->a2;
	v->failsafe_cs = a->a3;
	v->failsafe_eip = a->a4;
	return 0;
}

/** callback_op(cmd, struct callback_register *): the same, one by one.
 * @return 0, -EPERM, -EINVAL, -EFAULT or -ENOSYS */
s32 hc_callback_op(struct vcpu *v, struct hcall_args *a)
{
	struct {
		u16 type, flags;
		u32 cs, eip;
	} c;

	if (a->a1 != CALLBACKOP_register)
		return a->a1 == CALLBACKOP_unregister ? -EINVAL : -ENOSYS; /* as Xen */
	if (copy_from_guest(v, &c, a->a2, sizeof(c)))
		return -EFAULT;
	if (!ring1_selector_ok(c.cs, FLAT_RING1_CS))
		return -EPERM;
	if (!handler_ok(c.cs, c.eip))
		return -EINVAL;
	if (c.type == CALLBACKTYPE_event) {
		v->event_cs = c.cs;
		v->event_eip = c.eip;
	} else if (c.type == CALLBACKTYPE_failsafe) {
		v->failsafe_cs = c.cs;
		v->failsafe_eip = c.eip;
	} else {
		return -EINVAL;
	}
	return 0;
}

/**
 * iret: leave a handler, by the frame on the ring-1 stack: eax, eip, cs, eflags, and to ring 3 also
 * esp, ss. A native iret does the same, but cannot unmask events in one go with it. A frame that
 * cannot be read, or that asks for ring 0, ends the domain.
 */
s32 hc_iret(struct vcpu *v, struct hcall_args *a)
{
	struct cpu_regs *r = v->regs;
	struct {
		u32 eax, eip, cs, eflags, esp, ss;
	} f;
	u32 inner = offsetof(typeof(f), esp); /* bytes that even a return to ring 1 pops */

	(void)a;
	/* In a multicall there would be nobody to return to (advisory 213). */
	if (v->domain->direct->in_multicall)
		return -EINVAL;
	if (copy_from_guest(v, &f, r->esp, inner) || (f.cs & SEL_RPL) == 0 ||
	    ((f.cs & SEL_RPL) != 1 &&
	     copy_from_guest(v, &f.esp, r->esp + inner, sizeof(f) - inner))) {
		domain_kill(v->domain, END_forbidden, __HYPERVISOR_iret, "iret with a bad frame");
		return HCALL_REGS_SET;
	}
	r->eax = f.eax;
	r->eip = f.eip;
	r->cs = f.cs & 0xFFFF;
	if ((f.cs & SEL_RPL) == 1) {
		r->esp += inner;
	} else {
		r->esp = f.esp;
		r->ss = f.ss & 0xFFFF;
	}
	v->info->evtchn_upcall_mask = !(f.eflags & EFL_IF);
	r->eflags =
	    (f.eflags & ~(EFL_IOPL | EFL_VM | EFL_NT | EFL_VIF | EFL_VIP)) | EFL_IF | EFL_FIXED;
	return HCALL_REGS_SET;
}

void fpu_available(struct vcpu *v)
{
	v->virt.cr0 &= ~CR0_TS;
	write_cr0(read_cr0() & ~CR0_TS);
}

/** fpu_taskswitch(set): set or clear CR0.TS: with it set, the next FPU instruction raises #NM,
 * which clears it again. @return 0 */
s32 hc_fpu_taskswitch(struct vcpu *v, struct hcall_args *a)
{
	if (!a->a1) {
		fpu_available(v);
		return 0;
	}
	v->virt.cr0 |= CR0_TS;
	write_cr0(read_cr0() | CR0_TS);
	return 0;
}

/* DR0-3 may not point at the hypervisor, DR7 may not guard the registers or watch I/O. */
bool debugreg_check(u32 nr, u32 *val)
{
	switch (nr) {
	case 0 ... 3:
		return *val < HYPERVISOR_VIRT_START;
	case 6:
		*val = (*val & ~DR6_ZEROS) | DR6_ONES;
		return true;
	case 7:
		if (*val & DR7_GD)
			return false;
		/* Condition 2 of an enabled breakpoint is an I/O access. */
		for (u32 i = 0; i < 4; i++)
			if ((*val >> 2 * i & 3) && (*val >> (16 + 4 * i) & 3) == 2)
				return false;
		*val = (*val & ~DR7_ZEROS) | DR7_ONES;
		return true;
	}
	return false;
}

/** set_debugreg(nr, value). @return 0 or -EPERM */
s32 hc_set_debugreg(struct vcpu *v, struct hcall_args *a)
{
	u32 val = a->a2;

	if (!debugreg_check(a->a1, &val))
		return -EPERM;
	v->virt.dr[a->a1] = val;
	if (a->a1 == 6)
		write_dr6(val);
	else
		write_debug(v->virt.dr, v->virt.dr[7]);
	return 0;
}

/** get_debugreg(nr). @return the register's value, or -EINVAL */
s32 hc_get_debugreg(struct vcpu *v, struct hcall_args *a)
{
	/* The CPU itself writes DR6, at each #DB. */
	if (a->a1 == 6)
		return read_dr6();
	return a->a1 > 7 ? -EINVAL : (s32)v->virt.dr[a->a1];
}

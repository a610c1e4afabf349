/*[H49]
 * deliver.c: delivering exceptions and interrupts to a shadow-mode guest, as its own processor
 * would: through its IDT, onto the stack that its TSS names (SDM 3A 6.12).
 */
#include "dom/deliver.h"
#include "dev/apic.h"
#include "dom/segments.h"
#include "lib/range.h"
#include "trace/trace.h"

/* The guest's IDT entry, or false with the exception that the lack of it raises queued. */
static bool read_idt(struct vcpu *v, u8 vec, u32 ext, struct desc *gate)
{
	struct guest_fault pf;

	if (!within_limit(vec * 8u, sizeof(*gate), v->virt.idt.limit)) {
		inject_exception(v, VEC_GP, vec * 8u | ERR_IDT | ext);
		return false;
	}
	if (!guest_read(v, v->virt.idt.base + vec * 8u, gate, sizeof(*gate), 0, &pf)) {
		inject_page_fault(v, &pf);
		return false;
	}
	return true;
}

void inject_software(struct vcpu *v, u8 vec, u32 insn_len)
{
	struct desc gate;
	bool kernel = from_kernel(v->regs);

	if (!read_idt(v, vec, 0, &gate))
		return;
	if (!kernel && desc_dpl(gate) < 3) {
		inject_exception(v, VEC_GP, vec * 8u | ERR_IDT);
		return;
	}
	v->regs->eflags &= ~EFL_RF; /* of the #GP; a software interrupt is none */
	v->exc =
	    (struct pending_exception){.valid = 1, .vec = vec, .software = 1, .insn_len = insn_len};
}

u32 guest_eflags(const struct vcpu *v)
{
	u32 efl = v->regs->eflags & ~(EFL_IF | EFL_IOPL);

	if (v->virt.stepping)
		efl &= ~EFL_TF;
	return efl | (v->virt.intr_flag ? EFL_IF : 0) | v->virt.iopl << EFL_IOPL_SHIFT | EFL_FIXED;
}

/* Out of ring 3 may come null selectors with an RPL, which it has loaded without us. */
static void keep_null_selectors(struct vcpu *v)
{
	static const u8 data[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};

	for (u32 k = 0; k < ARRAY_SIZE(data); k++) {
		u16 selector = *seg_slot(v->regs, data[k]);

		if (selector && !(selector & ~SEL_RPL))
			note_null_selector(v, data[k], selector);
	}
}

/*
 * Build the frame and go to the handler. Returns false with another exception queued where the
 * guest's tables or stack do not allow it; nothing has changed then.
 */
static bool deliver(struct vcpu *v, const struct pending_exception *e)
{
	struct cpu_regs *r = v->regs;
	bool kernel = from_kernel(r);
	u32 frame[6], n = 0, esp = r->esp, sp, mask, bytes, offset, type;
	/* An exception on top of another, or of an interrupt, says so in its error code: EXT. */
	u32 ext = e->insn_len ? 0 : ERR_EXT;
	struct guest_fault pf;
	struct desc gate, code, stack;
	bool wide;
	u8 vec = e->vec;
	u16 sel, ss = r->ss;

	if (!read_idt(v, vec, ext, &gate))
		return false;
	type = DESC_TYPE(gate.hi);
	if (!(gate.hi & DESC_S) && type == DESC_TASK_GATE && gate.hi & DESC_P) {
		domain_kill(v->domain, END_forbidden, vec, NO_TASKS);
		return false;
	}
	/* LAB 01.6a BEGIN */
	wide = type & GATE_WIDE;
	type |= GATE_WIDE;
	if ((gate.hi & DESC_S) || (type != DESC_INTR_GATE && type != DESC_TRAP_GATE)) {
		inject_exception(v, VEC_GP, vec * 8u | ERR_IDT | ext);
		return false;
	}
	if (!(gate.hi & DESC_P)) {
		inject_exception(v, VEC_NP, vec * 8u | ERR_IDT | ext);
		return false;
	}
	sel = gate.lo >> 16;
	offset = (gate.lo & 0xFFFF) | (wide ? gate.hi & 0xFFFF0000 : 0);
	if (!guest_descriptor(v, sel, &code) || !(code.hi & DESC_S) || !(code.hi & DESC_CODE) ||
	    desc_dpl(code) != 0) {
		inject_exception(v, VEC_GP, selector_error(sel) | ext);
		return false;
	}
	if (!(code.hi & DESC_P)) {
		inject_exception(v, VEC_NP, selector_error(sel) | ext);
		return false;
	}
	/* LAB 01.6a END */

	/* LAB 01.6b BEGIN */
	if (kernel)
		stack = loaded_segment(v, SEG_SS);
	else if (!kernel_stack(v, ext, &ss, &esp, &stack))
		return false;
	if (!use_descriptor(v, sel, code))
		return false;

	if (e->has_err)
		frame[n++] = e->err;
	frame[n++] = r->eip + e->insn_len;
	frame[n++] = guest_selector(r->cs);
	frame[n++] = guest_eflags(v);
	if (!kernel) {
		frame[n++] = r->esp;
		frame[n++] = r->ss;
	}
	/* LAB 01.6b END */
	bytes = n * (wide ? 4 : 2);
	for (u32 k = 0; !wide && k < n; k++)
		((u16 *)frame)[k] = frame[k];
	mask = stack.hi & DESC_DB ? ~0u : 0xFFFF;
	sp = (esp - bytes) & mask;
	if (!guest_write(v, desc_base(stack) + sp, frame, bytes, 0, &pf)) {
		inject_page_fault(v, &pf);
		return false;
	}
	if (!kernel)
		keep_null_selectors(v);
	r->esp = (esp & ~mask) | sp;
	r->ss = real_selector(ss);
	/* LAB 01.6c BEGIN */
	r->cs = real_selector(sel & ~SEL_RPL);
	r->eip = offset;
	r->eflags &= ~(EFL_TF | EFL_NT | EFL_RF | EFL_VM);
	v->virt.stepping = 0;
	v->virt.intr_shadow = 0;
	if (type == DESC_INTR_GATE)
		v->virt.intr_flag = 0;
	/* LAB 01.6c END */
	trace_inject(v, LANE_VMM, LANE_GUEST, vec, e->has_err ? e->err : 0,
		     vec == VEC_PF ? v->virt.cr2 : 0, offset, desc_base(stack) + sp, 0, 0);
	trace_left(v, LANE_GUEST);
	return true;
}

bool shadow_deliver(struct vcpu *v)
{
	bool delivered = false;

	while (v->exc.valid && !v->domain->dying) {
		struct pending_exception e = v->exc;

		/* e stays queued while it is being delivered: a second fault makes it double. */
		if (deliver(v, &e)) {
			v->exc.valid = 0;
			delivered = true;
		}
	}
	if (v->domain->dying)
		return delivered;
	if (intr_pending(v)) {
		if (v->virt.intr_flag && !v->virt.intr_shadow) {
			u8 vec = intr_ack(v);

			v->blocked = false;
			v->exc = (struct pending_exception){.valid = 1, .vec = vec, .software = 1};
			return shadow_deliver(v) || delivered;
		}
		if (v->virt.intr_flag && v->virt.intr_shadow && !v->virt.stepping) {
			/* One instruction must run before the interrupt: let it, and come back. */
			v->virt.stepping = 1;
			v->regs->eflags |= EFL_TF;
		}
	}
	return delivered;
}

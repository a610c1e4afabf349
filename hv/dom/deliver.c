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

/* Where a gate of the guest's IDT leads. */
struct handler {
	u16 sel;	  /* its code segment, of the guest's ring 0, */
	struct desc code; /* and that one's descriptor */
	u32 eip;
	bool wide;  /* a gate of 32 bits: the words of the frame have four bytes, not two */
	bool masks; /* an interrupt gate: the handler begins with interrupts off */
};

/* What the handler finds on its stack (SDM 3A 6.12.1 and 6.13):
 *
 *	SS			only from ring 3
 *	ESP			only from ring 3
 *	EFLAGS
 *	CS
 *	EIP
 *	error code		only of some vectors	<- ESP of the handler, words[0]
 */
struct exception_frame {
	u32 words[6], nr;  /* lowest address first */
	u16 ss;		   /* on which stack: its selector, */
	struct desc stack; /* its descriptor, */
	u32 esp;	   /* and where it ends so far */
	u32 at;		   /* the frame's linear address, once it is there */
};

/*
 * May one go through this gate? Then h says where it leads. If not, the exception that the guest's
 * own processor would raise is queued (SDM 2, INT n), and the answer is false. @vec, and @ext (0 or
 * ERR_EXT), are for its error code.
 */
static bool check_gate(struct vcpu *v, u8 vec, u32 ext, struct desc gate, struct handler *h)
{
	/* LAB 01.6a BEGIN */
	u32 type = DESC_TYPE(gate.hi) | GATE_WIDE;

	if ((gate.hi & DESC_S) || (type != DESC_INTR_GATE && type != DESC_TRAP_GATE)) {
		inject_exception(v, VEC_GP, vec * 8u | ERR_IDT | ext);
		return false;
	}
	if (!(gate.hi & DESC_P)) {
		inject_exception(v, VEC_NP, vec * 8u | ERR_IDT | ext);
		return false;
	}
	h->masks = type == DESC_INTR_GATE;
	h->wide = DESC_TYPE(gate.hi) & GATE_WIDE;
	h->sel = gate.lo >> 16;
	h->eip = (gate.lo & 0xFFFF) | (h->wide ? gate.hi & 0xFFFF0000 : 0);
	if (!guest_descriptor(v, h->sel, &h->code) || !(h->code.hi & DESC_S) ||
	    !(h->code.hi & DESC_CODE) || desc_dpl(h->code) != 0) {
		inject_exception(v, VEC_GP, selector_error(h->sel) | ext);
		return false;
	}
	if (!(h->code.hi & DESC_P)) {
		inject_exception(v, VEC_NP, selector_error(h->sel) | ext);
		return false;
	}
	return true;
	/* LAB 01.6a END */
}

/*
 * The frame of exception `e` for handler `h`, and the stack on which it belongs: all of f but `at`;
 * f->nr is 0 before. Returns false, with another exception queued, where the guest's TSS names no
 * such stack, or its code segment cannot be marked as used.
 */
static bool build_frame(struct vcpu *v, const struct pending_exception *e, u32 ext,
			const struct handler *h, struct exception_frame *f)
{
	/* LAB 01.6b BEGIN */
	const struct cpu_regs *r = v->regs;
	bool kernel = from_kernel(r);

	f->ss = r->ss;
	f->esp = r->esp;
	if (kernel)
		f->stack = loaded_segment(v, SEG_SS);
	else if (!kernel_stack(v, ext, &f->ss, &f->esp, &f->stack))
		return false;
	if (!use_descriptor(v, h->sel, h->code))
		return false;

	if (e->has_err)
		f->words[f->nr++] = e->err;
	f->words[f->nr++] = r->eip + e->insn_len;
	f->words[f->nr++] = guest_selector(r->cs);
	f->words[f->nr++] = guest_eflags(v);
	if (!kernel) {
		f->words[f->nr++] = r->esp;
		f->words[f->nr++] = r->ss;
	}
	return true;
	/* LAB 01.6b END */
}

/* Onto the guest's stack with it. Returns false with a page fault queued; nothing has changed then.
 */
static bool push_frame(struct vcpu *v, const struct handler *h, struct exception_frame *f)
{
	u32 bytes = f->nr * (h->wide ? 4 : 2);
	u32 mask = f->stack.hi & DESC_DB ? ~0u : 0xFFFF;
	u32 esp = (f->esp - bytes) & mask;
	struct guest_fault pf;

	for (u32 k = 0; !h->wide && k < f->nr; k++)
		((u16 *)f->words)[k] = f->words[k];
	f->at = desc_base(f->stack) + esp;
	if (!guest_write(v, f->at, f->words, bytes, 0, &pf)) {
		inject_page_fault(v, &pf);
		return false;
	}
	if (!from_kernel(v->regs))
		keep_null_selectors(v);
	v->regs->esp = (f->esp & ~mask) | esp;
	v->regs->ss = real_selector(f->ss);
	return true;
}

/* The guest goes on in its handler: CS, EIP, EFLAGS, and what we hold of its flags (v->virt). */
static void enter_handler(struct vcpu *v, const struct handler *h)
{
	/* LAB 01.6c BEGIN */
	struct cpu_regs *r = v->regs;

	r->cs = real_selector(h->sel & ~SEL_RPL);
	r->eip = h->eip;
	r->eflags &= ~(EFL_TF | EFL_NT | EFL_RF | EFL_VM);
	v->virt.stepping = 0;
	v->virt.intr_shadow = 0;
	if (h->masks)
		v->virt.intr_flag = 0;
	/* LAB 01.6c END */
}

/*
 * One exception, through the guest's IDT to its handler. Returns false with another exception
 * queued where the guest's tables or stack do not allow it; its registers are as they were then.
 */
static bool deliver(struct vcpu *v, const struct pending_exception *e)
{
	/* An exception on top of another, or of an interrupt, says so in its error code: EXT. */
	u32 ext = e->insn_len ? 0 : ERR_EXT;
	struct exception_frame f;
	struct handler h;
	struct desc gate;

	if (!read_idt(v, e->vec, ext, &gate))
		return false;
	if (!(gate.hi & DESC_S) && DESC_TYPE(gate.hi) == DESC_TASK_GATE && gate.hi & DESC_P) {
		domain_kill(v->domain, END_forbidden, e->vec, NO_TASKS);
		return false;
	}
	f.nr = 0;
	if (!check_gate(v, e->vec, ext, gate, &h) || !build_frame(v, e, ext, &h, &f) ||
	    !push_frame(v, &h, &f))
		return false;
	enter_handler(v, &h);
	trace_inject(v, LANE_VMM, LANE_GUEST, e->vec, e->has_err ? e->err : 0,
		     e->vec == VEC_PF ? v->virt.cr2 : 0, h.eip, f.at, 0, 0);
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

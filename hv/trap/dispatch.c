/*[H14]
 * dispatch.c: one dispatcher: what a hardware vector means for the vcpu that raised it, and what
 * runs next.
 */
#include "comm/pirq.h"
#include "cpu/gate.h"
#include "hw/pic.h"
#include "dom/console.h"
#include "dom/guest_ops.h"
#include "dom/inject.h"
#include "dom/segments.h"
#include "dom/time.h"
#include "hcall/hcall.h"
#include "insn/insn.h"
#include "lib/printk.h"
#include "mmu/mmu.h"
#include "trap/record.h"
#include "trap/trap.h"

#define VIRTUAL_8086_WORDS 4  /* gs, fs, ds, es: pushed before ss (SDM 3A 20.2.1) */
#define MAX_EXIT_FAULTS	   16 /* ways out to a guest that may fault in a row */

static void interrupt(u32 irq)
{
	if (!pic_ack(irq))
		return;
	if (irq == 0)
		timer_interrupt();
	else if (irq == 4)
		console_interrupt();
	else
		pirq_interrupt(irq);
}

static void page_fault(struct vcpu *v, u32 va)
{
	struct guest_fault pf;

	if (!v->domain->mmu->page_fault(v, va, v->regs->err, &pf))
		inject_page_fault(v, &pf);
}

/* Of an int n, int3 or into, which may have prefixes. */
static u32 software_int_len(struct vcpu *v)
{
	u8 bytes[INSN_MAX_LEN], size;
	u32 la = code_address(v, &size), n = guest_fetch(v, la, bytes, sizeof(bytes));
	struct insn i;

	if (n && bytes[0] == INT_N) /* nearly always */
		return 2;
	return insn_decode_sized(bytes, n, size, &i) ? 1 : i.len;
}

static void general_protection(struct vcpu *v)
{
	u32 err = v->regs->err;

	/* int n from ring 1 or 3: every gate of the real IDT has DPL 0, so the CPU says #GP with
	 * the IDT bit and the vector; the guest's own gate decides. */
	if ((err & (ERR_IDT | ERR_EXT)) == ERR_IDT)
		v->domain->ops->software_interrupt(v, err >> 3, software_int_len(v));
	else if (!v->domain->ops->trap(v, VEC_GP))
		inject_exception(v, VEC_GP, err);
}

/*
 * A guest came here from virtual-8086 mode, to which only ring 0 can go (SDM 2, IRET); but QEMU's
 * emulation lets ring 1 go there, too. Then the CPU has pushed four words more, so that the frame
 * lies lower, and where v->regs has CS and EFLAGS are words that the guest chose. Nobody returns
 * with those.
 */
static void __attribute__((noreturn))
end_virtual_8086(struct vcpu *v, const struct cpu_regs *pushed)
{
	struct cpu_regs copy = *pushed; /* it overlaps v->regs */

	*v->regs = copy;
	domain_kill(v->domain, END_forbidden, 0, "it entered virtual-8086 mode");
	resume();
}

void trap_entry(void)
{
	struct vcpu *v = current;
	struct cpu_regs *r = v->regs;
	u8 lane = lane_of(r);
	u32 vec = r->vec;

	/* From virtual-8086 mode it is EFLAGS that lies where `vec` is read. */
	if (vec & EFL_VM)
		end_virtual_8086(v, (const struct cpu_regs *)((u8 *)r - VIRTUAL_8086_WORDS * 4));
	guest_entered(v, lane, trace_classes, trace_back_to_kernel);
	if (v->stepping_over)
		v->domain->ops->stepped_over(v, vec);
	if (vec >= VEC_IRQ0) {
		trace_irq(v, lane, LANE_VMM, vec, r->eip, r->cs);
		interrupt(vec - VEC_IRQ0);
		resume();
	}
	if (vec == VEC_PF) {
		u32 va = read_cr2();

		trace_trap(v, lane, LANE_VMM, vec, r->err, r->eip, r->cs, va);
		record_insn(v);
		page_fault(v, va);
		resume();
	}
	trace_trap(v, lane, LANE_VMM, vec, r->err, r->eip, r->cs, 0);
	if (vec == VEC_GP) {
		record_insn(v);
		general_protection(v);
	} else if (vec == VEC_NMI || vec == VEC_MC || vec == VEC_DF) {
		panic("vector %u from ring %u at %x", vec, r->cs & 3, r->eip);
	} else if (!v->domain->ops->trap(v, vec)) {
		inject_exception(v, vec, vec == VEC_DB ? 0 : r->err);
	}
	resume();
}

/* gate_exit() has faulted. The guest is told; if it faults again each time, that would be an
 * endless loop with interrupts off, so the retries are counted. */
static void not_resumed(struct vcpu *v, const struct cpu_regs *fault)
{
	if (++v->exit_faults > MAX_EXIT_FAULTS)
		domain_kill(v->domain, END_forbidden, fault->vec, "its handlers cannot be entered");
	else
		v->domain->ops->enter_failed(v, fault);
}

static struct cpu_regs exit_fault;

static void __attribute__((noreturn)) exit_failed(void)
{
	trace_trap(current, LANE_VMM, LANE_VMM, exit_fault.vec, exit_fault.err, exit_fault.eip,
		   exit_fault.cs, exit_fault.vec == VEC_PF ? read_cr2() : 0);
	not_resumed(current, &exit_fault);
	resume();
}

/* The fault came in on the entry stack of the current domain. Another domain's is mapped in its
 * place if that one runs next, so go on with a stack of our own. */
static void __attribute__((noreturn)) exit_failed_on_own_stack(void)
{
	asm volatile("movl $hv_stack_top, %%esp\n\tjmp *%0" : : "r"(exit_failed) : "memory");
	__builtin_unreachable();
}

/* Instructions of ours that may fault, and where to go on then. */
static bool expected_fault(struct cpu_regs *frame)
{
	extern u8 probe_insn[], probe_fault[], rdmsr_insn[], rdmsr_fault[];
	static const u8 *const at[][2] = {{probe_insn, probe_fault}, {rdmsr_insn, rdmsr_fault}};

	for (u32 i = 0; i < ARRAY_SIZE(at); i++)
		if (frame->eip == (u32)at[i][0]) {
			frame->eip = (u32)at[i][1];
			return true;
		}
	return false;
}

void hv_trap(struct cpu_regs *frame)
{
	if (frame->eflags & EFL_VM) /* the RPL of its CS is no ring */
		end_virtual_8086(current, frame);
	if (frame->vec >= VEC_IRQ0 && frame->vec < VEC_IRQ0 + NR_IRQS) {
		trace_irq(&trace_nobody, LANE_VMM, LANE_VMM, frame->vec, frame->eip, frame->cs);
		interrupt(frame->vec - VEC_IRQ0);
		return;
	}
	if (expected_fault(frame))
		return;
	/* A guest's watchpoint that a load of SS held back until the next instruction had come in
	 * here (Xen advisory 260). It has struck; whatever it was watching, it was not us. */
	if (frame->vec == VEC_DB)
		return;
	if (current && gate_exit_fault(current, frame, &exit_fault))
		exit_failed_on_own_stack();
	panic("vector %u (error %x) at %x, cr2 %x", frame->vec, frame->err, frame->eip, read_cr2());
}

void trap_init(void)
{
	ring0_entry = hv_trap;
}

/* One instruction after the other may be emulated, without the guest ever running in between. */
static void let_interrupts_in(void)
{
	/* An interrupt's entry saves and restores FS and GS. The guest's may not be loadable any
	 * more, so they are null meanwhile. */
	asm volatile("movl %0, %%fs\n\tmovl %0, %%gs\n\tsti\n\tnop\n\tcli" : : "r"(0) : "memory");
}

/* Deliver what is pending, until the vcpu is about to run. @return false if it does not: it waits,
 * another comes first, or its domain has ended. @param handler set if a handler of its own runs
 * next */
static bool prepare(struct vcpu *v, bool *handler)
{
	struct domain *d = v->domain;
	const struct guest_ops *ops = d->ops;

	while (!d->dying && !v->preempted) {
		*handler |= ops->deliver(v);
		if (d->dying || v->blocked)
			break;
		if (ops->ready(v))
			return true;
		if (!d->dying)
			let_interrupts_in();
	}
	return false;
}

void resume(void)
{
	bool handler = false;
	struct cpu_regs *r;
	struct vcpu *v;

	while (v = current, !prepare(v, &handler)) {
		handler = false;
		schedule();
	}
	r = v->regs;
	if (v->records & TRACE_CLASS_trap && !handler && r->vec != XEN_HYPERCALL_VECTOR)
		trace_resume(v, LANE_VMM, lane_of(r), r->eip, r->cs);
	trace_left(v, lane_of(r));
	v->domain->ops->enter(v);
	__builtin_unreachable();
}

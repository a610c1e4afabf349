/* trap.c: what happens while a cell runs: each exception and interrupt, with the frame it left. */
#include "machine.h"

#define MAX_EVENTS 12

static struct event {
	u32 vec, err, cr2, dr6;
	u32 cs, offset, eflags; /* the frame's; the offset is from the cell's beginning */
	u32 ss, esp, top;	/* of the interrupted code; where the frame ends */
	u32 inside;		/* EFLAGS in the handler */
} events[MAX_EVENTS];
static u32 nr_events;
static const struct cell *current_cell;
struct cpu_regs last_regs;
struct machine_state state_after;

void trap_reset(const struct cell *c)
{
	nr_events = 0;
	current_cell = c;
}

static bool has_error(u32 vec)
{
	return vec == VEC_DF || (vec >= VEC_TS && vec <= VEC_PF);
}

/* After these a cell goes on: software interrupts, interrupts, debug exceptions. */
static bool goes_on(u32 vec)
{
	return vec == VEC_DB || vec == VEC_BP || vec == VEC_OF || vec >= NR_EXCEPTIONS;
}

static bool ends(u32 vec)
{
	return current_cell->flags & LOOP && vec >= VEC_IRQ0 && vec < VEC_IRQ0 + NR_IRQS;
}

static u32 take_dr6(void)
{
	u32 dr6;

	asm volatile("movl %%dr6, %0" : "=r"(dr6));
	asm volatile("movl %0, %%dr6" : : "r"(0));
	return dr6;
}

void trap(struct cpu_regs *r)
{
	struct event *e = &events[nr_events];
	bool ring3 = r->cs & SEL_RPL;

	asm volatile("pushfl\n\tpopl %0" : "=r"(e->inside));
	if (!current_cell) {
		print("matrix: vector %x (%x) at %x, cr2 %x, outside of any cell\n", r->vec, r->err,
		      r->eip, read_cr2());
		power_off(false);
	}
	e->vec = r->vec;
	e->err = r->err;
	e->cr2 = r->vec == VEC_PF ? read_cr2() : 0;
	e->dr6 = r->vec == VEC_DB ? take_dr6() : 0;
	e->cs = r->cs;
	e->offset = r->eip - (u32)current_cell->code;
	e->eflags = r->eflags;
	e->ss = ring3 ? r->ss : trap_ss;
	e->esp = (ring3 ? r->esp : (u32)&r->esp) - start_state.esp;
	e->top = ring3 ? (u32)(r + 1) : 0;
	nr_events++;
	if (r->vec >= VEC_IRQ0 && r->vec < VEC_IRQ0 + NR_IRQS)
		timer_stop();
	/* An instruction breakpoint is a fault: with RF the instruction runs at the return. */
	if (r->vec == VEC_DB && e->dr6 & 0xF)
		r->eflags |= EFL_RF;
	if (goes_on(r->vec) && nr_events < MAX_EVENTS && !ends(r->vec))
		return;
	/* Within ring 0 the frame ends before ESP; there may not even be memory there. */
	memcpy(&last_regs, r, ring3 ? sizeof(*r) : offsetof(struct cpu_regs, esp));
	if (!ring3) {
		last_regs.esp = (u32)&r->esp;
		last_regs.ss = trap_ss;
	}
	current_cell = NULL;
	machine_capture(&state_after);
	debug_registers_reset(); /* we are going to look at memory that they may watch */
	leave_cell();
}

/* Registers that nearly always are the same are told only if they are not. */
static void print_event(const struct event *e, const struct cell *c)
{
	bool done = e->vec == VEC_UD && c->code + e->offset == c->end;

	if (done)
		print(" done");
	else
		print(" #%u", e->vec);
	if (has_error(e->vec))
		print("(%x)", e->err);
	if (e->offset <= (u32)(c->end - c->code))
		print("+%u", e->offset);
	else
		print("@%x", (u32)c->code + e->offset);
	if (e->vec == VEC_PF)
		print(" cr2=%x", e->cr2);
	if (e->vec == VEC_DB)
		print(" dr6=%x", e->dr6);
	/* By the manual a fault's frame has RF set; in QEMU it has what the code had. */
	print(" fl=%x", e->eflags & ~EFL_RF);
	if (e->cs != start_state.cs)
		print(" cs=%x", e->cs);
	if (e->ss != start_state.ss)
		print(" ss=%x", e->ss);
	if (e->esp)
		print(" sp%s%d", (s32)e->esp < 0 ? "" : "+", e->esp);
	if (e->top && e->top != tss.tss.esp0)
		print(" frame=%x", e->top);
	if (e->top == (u32)trap_stack2 + STACK_BYTES)
		print(" stack2");
	if (e->inside & ~(EFL_CF | EFL_PF | EFL_AF | EFL_ZF | EFL_SF | EFL_OF | EFL_FIXED))
		print(" inside=%x",
		      e->inside & ~(EFL_CF | EFL_PF | EFL_AF | EFL_ZF | EFL_SF | EFL_OF));
}

void trap_print(const struct cell *c)
{
	for (u32 k = 0; k < nr_events; k++)
		print_event(&events[k], c);
}

/*[H35]
 * emulate_debug.c: debug registers. The guest's breakpoints are put into the real ones; where we
 * carry out an instruction in its place, we look ourselves whether it strikes one.
 */
#include "find/find.h"
#include "insn/emulate.h"
#include "lib/range.h"

/* Which debug register is meant: 4 and 5 are other names of 6 and 7, unless CR4.DE forbids that.
 * NULL with an exception queued if it must not be touched. */
static u32 *debug_register(struct emulation *e)
{
	struct virt_cpu *virt = &e->v->virt;
	u8 n = e->insn.reg;

	if (n == 4 || n == 5) {
		if (virt->cr4 & CR4_DE) {
			inject_exception(e->v, VEC_UD, 0);
			return NULL;
		}
		n += 2;
	}
	if (virt->dr[7] & DR7_GD) {
		virt->dr[7] &= ~DR7_GD;
		virt->dr[6] |= DR6_BD;
		inject_exception(e->v, VEC_DB, 0);
		return NULL;
	}
	return &virt->dr[n];
}

enum emul emulate_mov_from_dr(struct emulation *e)
{
	const u32 *dr = debug_register(e);

	if (!dr)
		return EMUL_EXCEPTION;
	e->value = *dr;
	if (dr == &e->v->virt.dr[6])
		e->value = (e->value | DR6_ONES) & ~DR6_ZEROS;
	if (dr == &e->v->virt.dr[7])
		e->value = (e->value | DR7_ONES) & ~DR7_ZEROS;
	reg_set(e->regs, e->insn.rm, 4, e->value);
	return EMUL_DONE;
}

enum emul emulate_mov_to_dr(struct emulation *e)
{
	u32 *dr = debug_register(e);

	if (!dr)
		return EMUL_EXCEPTION;
	e->value = reg_get(e->regs, e->insn.rm, 4);
	if (*dr == e->value)
		return EMUL_DONE;
	*dr = e->value;
	ahead_forget(e->v->domain);
	load_debug_registers(e->v);
	return EMUL_DONE;
}

/*
 * In ring 0 a breakpoint on the hypervisor or its gate would strike us. (Elsewhere none can: our
 * address space has nothing below HV_BASE but the gate.)
 */
static bool is_guests(const struct vcpu *v, u32 va)
{
	return va < HV_BASE && (va ^ v->domain->gate->va) & PDE_LARGE_FRAME;
}

u32 debug_control(const struct vcpu *v, u32 kinds)
{
	const u32 *dr = v->virt.dr;
	u32 dr7 = 0;

	for (u32 n = 0; n < 4; n++) {
		u32 enabled = dr[7] & DR7_ENABLE(n);

		if (enabled && kinds >> DR7_ACCESS(dr[7], n) & 1 && is_guests(v, dr[n]))
			dr7 |= enabled | (dr[7] & DR7_KIND(n));
	}
	return dr7;
}

void load_debug_registers(struct vcpu *v)
{
	write_debug(v->virt.dr, debug_control(v, BREAK_EXECUTE | BREAK_DATA));
}

u32 breakpoints_struck(const struct vcpu *v, u32 la, u32 len, u32 kinds)
{
	const u32 *dr = v->virt.dr;
	u32 struck = 0;

	if (!(dr[7] & DR7_ENABLED))
		return 0;
	for (u32 n = 0; n < 4; n++) {
		u32 size = DR7_SIZE(dr[7], n), start = dr[n] & ~(size - 1);

		if (dr[7] & DR7_ENABLE(n) && kinds >> DR7_ACCESS(dr[7], n) & 1 &&
		    ranges_meet(la, len, start, size))
			struck |= 1u << n;
	}
	return struck;
}

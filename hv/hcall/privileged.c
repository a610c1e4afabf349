/*[H82]
 * privileged.c: the privileged instructions of a direct-mode guest that Xen 3.0 carries out.
 *
 * In ring 1 they raise #GP. A kernel that was made for Xen calls the hypervisor instead where it
 * matters, and leaves the rest as it is. Each does what the hypercall for it does; what is not in
 * the table below stays a #GP.
 */
#include "hcall/hcall.h"
#include "insn/emulate.h"
#include "mmu/direct/direct.h"

#define WBINVD	    0x09 /* 0F 09 */
#define CLTS	    0x06
#define MOV_FROM_CR 0x20
#define MOV_TO_CR   0x22

/* Xen 3.0.2's answer. (3.0.0 forgets all bits but TS.) */
static u32 guest_cr0(const struct vcpu *v)
{
	return (read_cr0() & ~CR0_TS) | (v->virt.cr0 & CR0_TS);
}

/* Large and global pages are not for guests. */
static u32 guest_cr4(void)
{
	return read_cr4() & ~(CR4_PSE | CR4_PGE);
}

static enum emul mov_from_cr(struct emulation *e)
{
	const struct vcpu *v = e->v;

	switch (e->insn.reg) {
	case 0:
		e->value = guest_cr0(v);
		break;
	case 2:
		e->value = v->info->cr2;
		break;
	case 3:
		e->value = v->cr3; /* a machine address: the table that the CPU walks */
		break;
	default:
		e->value = guest_cr4();
	}
	reg_set(e->regs, e->insn.rm, sizeof(u32), e->value);
	return EMUL_DONE;
}

/* Of CR0 a guest has only TS; its other bits are as they are, whatever it says. */
static enum emul set_ts(struct emulation *e, bool set)
{
	hc_fpu_taskswitch(e->v, &(struct hcall_args){.a1 = set});
	return EMUL_DONE;
}

static enum emul set_base(struct emulation *e, u32 cr3)
{
	s32 err;

	rehook_all(e->v);
	work_begin(e->v->domain->direct);
	err = new_base(e->v, mfn(cr3 >> PAGE_SHIFT));
	if (err == HCALL_AGAIN) /* others have their turn, and the instruction is made again */
		e->next = e->regs->eip;
	else if (err)
		return emul_raise(e, VEC_GP, 0);
	return EMUL_DONE;
}

static enum emul mov_to_cr(struct emulation *e)
{
	e->value = reg_get(e->regs, e->insn.rm, sizeof(u32));
	switch (e->insn.reg) {
	case 0:
		return set_ts(e, e->value & CR0_TS);
	case 2:
		e->v->info->cr2 = e->value;
		return EMUL_DONE;
	case 3:
		return set_base(e, e->value);
	default:
		return e->value == guest_cr4() ? EMUL_DONE : emul_raise(e, VEC_GP, 0);
	}
}

static enum emul clts(struct emulation *e)
{
	return set_ts(e, false);
}

static enum emul mov_from_dr(struct emulation *e)
{
	e->value = hc_get_debugreg(e->v, &(struct hcall_args){.a1 = e->insn.reg});
	reg_set(e->regs, e->insn.rm, sizeof(u32), e->value);
	return EMUL_DONE;
}

static enum emul mov_to_dr(struct emulation *e)
{
	struct hcall_args a = {.a1 = e->insn.reg};

	a.a2 = e->value = reg_get(e->regs, e->insn.rm, sizeof(u32));
	return hc_set_debugreg(e->v, &a) ? emul_raise(e, VEC_GP, 0) : EMUL_DONE;
}

/* Everybody may read them. */
static enum emul rdmsr(struct emulation *e)
{
	u64 val;

	if (!rdmsr_safe(e->regs->ecx, &val))
		return emul_raise(e, VEC_GP, 0);
	e->value = e->regs->eax = val;
	e->regs->edx = val >> 32;
	return EMUL_DONE;
}

/* Nobody may write them; as on Xen nothing is said of that. */
static enum emul nothing(struct emulation *e)
{
	(void)e;
	return EMUL_DONE;
}

static emul_handler *const handlers[] = {
    [OP_mov_from_cr0] = mov_from_cr,
    [OP_mov_from_cr2] = mov_from_cr,
    [OP_mov_from_cr3] = mov_from_cr,
    [OP_mov_from_cr4] = mov_from_cr,
    [OP_mov_to_cr0] = mov_to_cr,
    [OP_mov_to_cr2] = mov_to_cr,
    [OP_mov_to_cr3] = mov_to_cr,
    [OP_mov_to_cr4] = mov_to_cr,
    [OP_clts] = clts,
    [OP_mov_from_dr] = mov_from_dr,
    [OP_mov_to_dr] = mov_to_dr,
    [OP_rdmsr] = rdmsr,
    [OP_wrmsr] = nothing,
    [OP_wbinvd] = nothing,
    [OP_cli] = nothing,
    [OP_sti] = nothing,
    [OP_in] = emulate_in,
    [OP_out] = emulate_out,
};

/* By the I/O privilege level, or the map of ports, that its kernel has asked for (physdev_op). */
static bool allowed(const struct emulation *e)
{
	const struct vcpu *v = e->v;
	bool kernel = from_kernel(e->regs), level = v->virt.iopl >= (kernel ? 1 : 3);

	switch (e->insn.op) {
	case OP_wbinvd: /* not invd, which only looks the same to the decoder */
		return kernel && e->insn.opcode == WBINVD;
	case OP_in:
	case OP_out:
		return level || (v->nr_ports > insn_port(e) + operand_size(&e->insn) &&
				 port_map_allows(e, v->port_map));
	case OP_cli: /* nothing happens: the guest's interrupt flag is its event mask */
	case OP_sti:
		return level;
	default:
		return kernel;
	}
}

enum emul emulate_privileged(struct vcpu *v)
{
	struct emulation e;
	enum emul result = emul_begin(&e, v);
	emul_handler *handler;

	if (result != EMUL_DONE)
		return result;
	handler = e.insn.op < ARRAY_SIZE(handlers) ? handlers[e.insn.op] : NULL;
	return handler && allowed(&e) ? emul_execute(&e, handler, e.insn.op) : EMUL_UNKNOWN;
}

enum op privileged_short(const u8 *code)
{
	/* CR0, and a general register but ESP */
	bool cr0 = (code[2] & 0xF8) == 0xC0 && code[2] != 0xC4;

	if (code[0] != 0x0F)
		return OP_other;
	if (code[1] == MOV_FROM_CR && cr0)
		return OP_mov_from_cr0;
	if (code[1] == MOV_TO_CR && cr0)
		return OP_mov_to_cr0;
	return code[1] == CLTS ? OP_clts : OP_other;
}

u32 emulate_privileged_short(struct vcpu *v, enum op op, const u8 *code)
{
	struct cpu_regs *r = v->regs;
	u32 *reg = &r->eax - (code[2] & 7), value = 0; /* as pushal leaves them */

	r->eip += 3;
	if (op == OP_mov_from_cr0) {
		value = *reg = guest_cr0(v);
	} else if (op == OP_mov_to_cr0) {
		value = *reg;
		hc_fpu_taskswitch(v, &(struct hcall_args){.a1 = value & CR0_TS});
	} else {
		r->eip--;
		fpu_available(v);
	}
	r->eflags &= ~EFL_RF;
	return value;
}

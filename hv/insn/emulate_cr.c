/*[H34]
 * emulate_cr.c: control registers and model-specific registers: what the guest
 * believes of its processor is in v->virt, and the MMU is told when that changes.
 */
#include "dom/real.h"
#include "insn/emulate.h"
#include "trace/trace.h"

#define CR0_WRITABLE                                                                               \
	(CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG)
#define CR3_WRITABLE (PTE_FRAME | PTE_PWT | PTE_PCD)
/* Not VME and PVI (the machine's CPU is one without: tools/run), and not PAE. */
#define CR4_WRITABLE                                                                               \
	(CR4_TSD | CR4_DE | CR4_PSE | CR4_MCE | CR4_PGE | CR4_PCE | CR4_OSFXSR | CR4_OSXMMEXCPT)

#define MSR_TSC	      0x10
#define MSR_MICROCODE 0x8B /* its version, in the upper half */

static enum emul set_cr0(struct emulation *e, u32 val)
{
	struct virt_cpu *virt = &e->v->virt;

	if ((val & CR0_PG && !(val & CR0_PE)) || (val & CR0_NW && !(val & CR0_CD)))
		return emul_raise(e, VEC_GP, 0);
	e->value = val;
	if (!(val & CR0_PE) && !in_real_mode(e->v)) {
		domain_kill(e->v->domain, END_forbidden, val,
			    "left protected mode, which is not virtualized");
		return EMUL_DONE;
	}
	val = (val & CR0_WRITABLE) | CR0_ET;
	if (val != virt->cr0) {
		virt->cr0 = val;
		e->v->domain->mmu->cr_changed(e->v, virt->cr3);
	}
	return EMUL_DONE;
}

static enum emul set_cr4(struct emulation *e, u32 val)
{
	struct virt_cpu *virt = &e->v->virt;

	if (val & ~CR4_WRITABLE)
		return emul_raise(e, VEC_GP, 0);
	e->value = val;
	if (val != virt->cr4) {
		virt->cr4 = val;
		e->v->domain->mmu->cr_changed(e->v, virt->cr3);
	}
	return EMUL_DONE;
}

static enum emul set_cr3(struct emulation *e, u32 val)
{
	struct virt_cpu *virt = &e->v->virt;
	u32 old = virt->cr3;

	/* Also when it stays the same: the guest flushes its TLB that way. */
	e->value = virt->cr3 = val & CR3_WRITABLE;
	e->v->domain->mmu->cr_changed(e->v, old);
	return EMUL_DONE;
}

enum emul emulate_mov_from_cr(struct emulation *e)
{
	/* LAB 02.2c BEGIN */
	const struct virt_cpu *virt = &e->v->virt;
	const u32 cr[] = {virt->cr0, 0, virt->cr2, virt->cr3, virt->cr4};

	e->value = cr[e->insn.reg];
	reg_set(e->regs, e->insn.rm, 4, e->value);
	return EMUL_DONE;
	/* LAB 02.2c END */
}

enum emul emulate_mov_to_cr(struct emulation *e)
{
	u32 val = reg_get(e->regs, e->insn.rm, 4);

	switch (e->insn.reg) {
	case 0:
		return set_cr0(e, val);
	case 2:
		e->value = e->v->virt.cr2 = val;
		return EMUL_DONE;
	case 3:
		return set_cr3(e, val);
	default:
		return set_cr4(e, val);
	}
}

enum emul emulate_lmsw(struct emulation *e)
{
	const u32 low = CR0_PE | CR0_MP | CR0_EM | CR0_TS;
	u32 val, cr0 = e->v->virt.cr0;

	if (!rm_read(e, 2, &val))
		return EMUL_EXCEPTION;
	/* lmsw can set PE, but not clear it. */
	return set_cr0(e, (cr0 & ~(low & ~CR0_PE)) | (val & low));
}

enum emul emulate_smsw(struct emulation *e)
{
	e->value = e->v->virt.cr0;
	/* To memory always 16 bits. */
	return rm_write(e, e->insn.mod == 3 ? e->insn.op_size : 2, e->value) ? EMUL_DONE
									     : EMUL_EXCEPTION;
}

enum emul emulate_clts(struct emulation *e)
{
	return set_cr0(e, e->v->virt.cr0 & ~CR0_TS);
}

enum emul emulate_invlpg(struct emulation *e)
{
	enum seg seg = insn_operand_segment(&e->insn);

	/* No access, so no checks: only where it is. */
	e->value = desc_base(loaded_segment(e->v, seg)) + insn_effective_address(e->v, &e->insn);
	e->v->domain->mmu->invlpg(e->v, e->value);
	return EMUL_DONE;
}

static enum emul answer_msr(struct emulation *e, u64 val)
{
	e->value = e->regs->eax = val;
	e->regs->edx = val >> 32;
	return EMUL_DONE;
}

enum emul emulate_rdtsc(struct emulation *e)
{
	return answer_msr(e, __builtin_ia32_rdtsc());
}

/*
 * Registers of the P6 family that belong to no feature that CPUID can deny: microcode, bus, caches'
 * tests, counters, last branches. As in QEMU they are constant, and a write is lost.
 */
static bool is_p6_msr(u32 msr)
{
	static const u16 ranges[][2] = {
	    {0x17, 0x17},   {0x2A, 0x2A},   {0x33, 0x33},   {0x79, 0x79},   {0x88, 0x8B},
	    {0xC1, 0xC2},   {0x116, 0x116}, {0x118, 0x11B}, {0x11E, 0x11E}, {0x186, 0x187},
	    {0x1D9, 0x1D9}, {0x1DB, 0x1DE}, {0x1E0, 0x1E0}};

	for (u32 i = 0; i < ARRAY_SIZE(ranges); i++)
		if (ranges[i][0] <= msr && msr <= ranges[i][1])
			return true;
	return false;
}

enum emul emulate_rdmsr(struct emulation *e)
{
	u32 msr = e->regs->ecx;

	if (msr == MSR_TSC)
		return emulate_rdtsc(e);
	if (!is_p6_msr(msr))
		return emul_raise(e, VEC_GP, 0);
	return answer_msr(e, msr == MSR_MICROCODE ? 1ull << 32 : 0);
}

enum emul emulate_wrmsr(struct emulation *e)
{
	e->value = e->regs->eax;
	/* rdtsc does not trap, so there is no other counter to set. */
	return e->regs->ecx == MSR_TSC || is_p6_msr(e->regs->ecx) ? EMUL_DONE
								  : emul_raise(e, VEC_GP, 0);
}

/* The caches hold machine memory, and are coherent. */
enum emul emulate_wbinvd(struct emulation *e)
{
	(void)e;
	return EMUL_DONE;
}

/* No performance counters. */
enum emul emulate_rdpmc(struct emulation *e)
{
	return emul_raise(e, VEC_GP, 0);
}

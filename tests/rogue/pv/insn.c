/* insn.c: privileged instructions, forbidden selectors and flags, in ring 1. */
#include "pv.h"

#define HV_CS	   0xE008u
#define HV_DS	   0xE010u
#define HV_TSS	   0xE038u
#define UART	   0x3F8u
#define DEBUG_EXIT 0xF4u /* ends the emulator */

void insn_cli(u32), insn_sti(u32), insn_hlt(u32), insn_lgdt(u32), insn_lidt(u32), insn_lldt(u32),
    insn_ltr(u32), insn_lmsw(u32), insn_invlpg(u32), insn_invd(u32), insn_rdpmc(u32),
    insn_sysexit(u32), insn_sysenter(u32), insn_write_cr3(u32), insn_write_cr4(u32),
    insn_write_dr0(u32), insn_write_dr7(u32), insn_in(u32), insn_out(u32), insn_outl(u32),
    insn_out_imm(u32), insn_ins(u32), insn_outs(u32), insn_load_ds(u32), insn_load_es(u32),
    insn_load_fs(u32), insn_load_gs(u32), insn_load_ss(u32), insn_pop_ds(u32), insn_lfs(u32),
    insn_far_jump(u32), insn_far_call(u32), insn_far_return(u32), insn_iret(u32),
    insn_iret_nested(u32), insn_int(u32);
u32 insn_popf(u32 set), insn_iret_flags(u32 set);

/* The table's argument is the function; most need no argument of their own. */
static void gp(u32 insn)
{
	verdict_vector(attempt((void (*)(u32))insn, 0), VEC_GP);
}

struct with {
	void (*insn)(u32);
	u32 arg;
};

static void gp_with(u32 with)
{
	const struct with *w = (const struct with *)with;

	verdict_vector(attempt(w->insn, w->arg), VEC_GP);
}

static u32 call_result;

static void call_popf(u32 set)
{
	call_result = insn_popf(set);
}

static void call_iret_flags(u32 set)
{
	call_result = insn_iret_flags(set);
}

/* These flags do not change, and nothing is said. */
static void flag_by_popf(u32 set)
{
	if (attempt(call_popf, set) != NO_TRAP)
		verdict_trap(last_trap.vec);
	else
		verdict_silent((call_result & set) == 0);
}

static void flag_by_iret(u32 set)
{
	if (attempt(call_iret_flags, set) != NO_TRAP)
		verdict_trap(last_trap.vec);
	else
		verdict_silent((call_result & set) == 0);
}

/* The hypervisor's TSS links to nothing: #TS. */
static void nested_iret(u32 unused)
{
	verdict_trap(attempt(insn_iret_nested, unused));
}

/*
 * Only ring 0 may return to virtual-8086 mode: for ring 1, VM is a flag that does not change. An
 * emulator that forgets that gives a trap frame four words longer, whose words are all ours to
 * choose; where the hypervisor looks for CS and EFLAGS lie ES and DS.
 */
static void return_to_vm86(u32 cs)
{
	asm volatile("pushl $0x33\n\t"	  /* gs */
		     "pushl $0x1000\n\t"  /* fs */
		     "pushl $0x202\n\t"	  /* ds */
		     "pushl $0xE008\n\t"  /* es */
		     "pushl $0x1234\n\t"  /* ss */
		     "pushl $0x1000\n\t"  /* esp */
		     "pushl $0x20202\n\t" /* eflags: VM, IF */
		     "pushl %0\n\t"
		     "pushl $1f\n\t"
		     "iret\n"
		     "1:\taddl $24, %%esp"
		     :
		     : "r"(cs)
		     : "memory");
}

static void iret_to_vm86(u32 cs)
{
	u32 vec = attempt(return_to_vm86, cs);

	/* Where the flag is ignored, an ordinary iret, to whatever selector this is. */
	if (vec == NO_TRAP)
		verdict_silent(true);
	else
		verdict_trap(vec);
}

static void software_int(u32 vec)
{
	verdict_vector(attempt(insn_int, vec), VEC_GP);
}

#define GP(name, insn)                                                                             \
	{                                                                                          \
		name, 0, 0, gp, (u32)insn                                                          \
	}
CASES = {
    GP("insn-cli", insn_cli),
    GP("insn-sti", insn_sti),
    GP("insn-hlt", insn_hlt),
    GP("insn-lgdt", insn_lgdt),
    GP("insn-lidt", insn_lidt),
    GP("insn-lldt", insn_lldt),
    GP("insn-ltr", insn_ltr),
    GP("insn-invlpg", insn_invlpg),
    GP("insn-invd", insn_invd),
    GP("insn-rdpmc", insn_rdpmc),
    GP("insn-sysexit", insn_sysexit),
    GP("insn-sysenter", insn_sysenter),
    GP("insn-write-cr3", insn_write_cr3),
    GP("insn-out-imm", insn_out_imm),
};

#define WITH(name, insn, arg)                                                                      \
	{                                                                                          \
		name, 0, 0, gp_with, (u32) & (const struct with)                                   \
		{                                                                                  \
			insn, arg                                                                  \
		}                                                                                  \
	}
static const struct rogue_case more[] __attribute__((section("rogue_cases"), used)) = {
    WITH("insn-lmsw", insn_lmsw, 1),
    WITH("insn-write-cr4", insn_write_cr4, 0x10),
    WITH("insn-write-cr3-hv-frame", insn_write_cr3, 0x100000),
    WITH("insn-write-dr0-in-hv", insn_write_dr0, HV_LINEAR),
    WITH("insn-write-dr7-general-detect", insn_write_dr7, 0x2000),
    WITH("insn-in", insn_in, UART),
    WITH("insn-out-debug-exit", insn_out, DEBUG_EXIT),
    WITH("insn-outl", insn_outl, 0xCF8),
    WITH("insn-ins", insn_ins, UART),
    WITH("insn-outs", insn_outs, UART),
    WITH("insn-ltr-hv-tss", insn_ltr, HV_TSS),
    WITH("insn-lldt-hv", insn_lldt, HV_DS),
    WITH("selector-ds-ring-0", insn_load_ds, HV_DS),
    WITH("selector-es-ring-0", insn_load_es, HV_DS),
    WITH("selector-fs-ring-0", insn_load_fs, HV_DS),
    WITH("selector-gs-ring-0", insn_load_gs, HV_DS),
    WITH("selector-ss-ring-0", insn_load_ss, HV_DS),
    WITH("selector-pop-ds-ring-0", insn_pop_ds, HV_DS),
    WITH("selector-lfs-ring-0", insn_lfs, HV_DS),
    WITH("selector-ds-ring-0-rpl-1", insn_load_ds, HV_DS | 1),
    WITH("selector-ss-ring-0-rpl-1", insn_load_ss, HV_DS | 1),
    WITH("selector-ds-hv-code", insn_load_ds, HV_CS),
    WITH("selector-ds-tss", insn_load_ds, HV_TSS),
    WITH("selector-ss-null", insn_load_ss, 0),
    WITH("selector-ds-beyond-gdt", insn_load_ds, 0xFFF8),
    WITH("selector-ss-ring-3", insn_load_ss, 0xE033),
    WITH("far-jump-ring-0", insn_far_jump, HV_CS),
    WITH("far-call-ring-0", insn_far_call, HV_CS),
    WITH("far-return-ring-0", insn_far_return, HV_CS),
    WITH("iret-ring-0", insn_iret, HV_CS),
    WITH("far-jump-ring-0-rpl-1", insn_far_jump, HV_CS | 1),
    WITH("far-jump-tss", insn_far_jump, HV_TSS),
    WITH("far-call-tss", insn_far_call, HV_TSS | 1),
    WITH("far-return-ring-0-rpl-1", insn_far_return, HV_CS | 1),
    WITH("iret-ring-0-rpl-1", insn_iret, HV_CS | 1),
    WITH("far-jump-null", insn_far_jump, 0),
    WITH("far-jump-beyond-gdt", insn_far_jump, 0xFFF8),
    {"popf-if", 202, 0, flag_by_popf, EFL_IF},
    {"popf-iopl", 0, 0, flag_by_popf, EFL_IOPL},
    {"popf-vm", 0, 0, flag_by_popf, EFL_VM},
    {"iret-if", 0, 0, flag_by_iret, EFL_IF},
    {"iret-iopl", 0, 0, flag_by_iret, EFL_IOPL},
    {"iret-vm86", 0, MAY_END, iret_to_vm86, FLAT_RING1_CS},
    {"iret-vm86-cs-0", 0, MAY_END, iret_to_vm86, 0xE000},
    {"iret-vm86-cs-ring-0", 0, MAY_END, iret_to_vm86, HV_CS},
    {"iret-nested-task", 0, 0, nested_iret, 0},
    {"int-2", 0, 0, software_int, 2},
    {"int-8", 0, 0, software_int, 8},
    {"int-13", 0, 0, software_int, 13},
    {"int-14", 0, 0, software_int, 14},
    {"int-18", 0, 0, software_int, 18},
    {"int-0x20", 0, 0, software_int, 0x20},
    {"int-0x21", 0, 0, software_int, 0x21},
    {"int-0x2f", 0, 0, software_int, 0x2F},
    {"int-0x30", 0, 0, software_int, 0x30},
    {"int-0x81", 0, 0, software_int, 0x81},
    {"int-0xff", 0, 0, software_int, 0xFF},
};

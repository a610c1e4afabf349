/* insn_oracle.c: Capstone as an oracle, in our decoder's words. */
#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>

#include "insn/insn.h"
#include "insn_oracle.h"

static const struct {
	u16 id, op;
} ids[] = {
    {X86_INS_LGDT, OP_lgdt},
    {X86_INS_LIDT, OP_lidt},
    {X86_INS_LLDT, OP_lldt},
    {X86_INS_LTR, OP_ltr},
    {X86_INS_INVLPG, OP_invlpg},
    {X86_INS_CLTS, OP_clts},
    {X86_INS_LMSW, OP_lmsw},
    {X86_INS_HLT, OP_hlt},
    {X86_INS_CLI, OP_cli},
    {X86_INS_STI, OP_sti},
    {X86_INS_IN, OP_in},
    {X86_INS_INSB, OP_in},
    {X86_INS_INSW, OP_in},
    {X86_INS_INSD, OP_in},
    {X86_INS_OUT, OP_out},
    {X86_INS_OUTSB, OP_out},
    {X86_INS_OUTSW, OP_out},
    {X86_INS_OUTSD, OP_out},
    {X86_INS_RDMSR, OP_rdmsr},
    {X86_INS_WRMSR, OP_wrmsr},
    {X86_INS_WBINVD, OP_wbinvd},
    {X86_INS_INVD, OP_wbinvd},
    {X86_INS_PUSHF, OP_pushf},
    {X86_INS_PUSHFD, OP_pushf},
    {X86_INS_POPF, OP_popf},
    {X86_INS_POPFD, OP_popf},
    {X86_INS_SGDT, OP_sgdt},
    {X86_INS_SIDT, OP_sidt},
    {X86_INS_SLDT, OP_sldt},
    {X86_INS_SMSW, OP_smsw},
    {X86_INS_STR, OP_str},
    {X86_INS_LAR, OP_lar},
    {X86_INS_LSL, OP_lsl},
    {X86_INS_VERR, OP_verr},
    {X86_INS_VERW, OP_verw},
    {X86_INS_LCALL, OP_call_far},
    {X86_INS_LJMP, OP_jmp_far},
    {X86_INS_RETF, OP_ret_far},
    {X86_INS_INT, OP_int_n},
    {X86_INS_INT3, OP_int_n},
    {X86_INS_INTO, OP_int_n},
    {X86_INS_IRET, OP_iret},
    {X86_INS_IRETD, OP_iret},
    {X86_INS_LDS, OP_load_far_ptr},
    {X86_INS_LES, OP_load_far_ptr},
    {X86_INS_LFS, OP_load_far_ptr},
    {X86_INS_LGS, OP_load_far_ptr},
    {X86_INS_LSS, OP_load_far_ptr},
    {X86_INS_RDPMC, OP_rdpmc},
    {X86_INS_CPUID, OP_cpuid},
    {X86_INS_RDTSC, OP_rdtsc},
};

static bool is_segment(const cs_x86_op *o)
{
	return o->type == X86_OP_REG &&
	       (o->reg == X86_REG_ES || o->reg == X86_REG_CS || o->reg == X86_REG_SS ||
		o->reg == X86_REG_DS || o->reg == X86_REG_FS || o->reg == X86_REG_GS);
}

/* The number of a control register, or -1. */
static int control(const cs_x86_op *o)
{
	bool is = o->type == X86_OP_REG && o->reg >= X86_REG_CR0 && o->reg <= X86_REG_CR4;

	return is ? (int)(o->reg - X86_REG_CR0) : -1;
}

static bool is_debug(const cs_x86_op *o)
{
	return o->type == X86_OP_REG && o->reg >= X86_REG_DR0 && o->reg <= X86_REG_DR7;
}

static u32 mov_op(const cs_x86_op *to, const cs_x86_op *from)
{
	static const u8 from_cr[] = {OP_mov_from_cr0, 0, OP_mov_from_cr2, OP_mov_from_cr3,
				     OP_mov_from_cr4};
	static const u8 to_cr[] = {OP_mov_to_cr0, 0, OP_mov_to_cr2, OP_mov_to_cr3, OP_mov_to_cr4};

	if (control(from) >= 0)
		return from_cr[control(from)];
	if (control(to) >= 0)
		return to_cr[control(to)];
	if (is_debug(from))
		return OP_mov_from_dr;
	if (is_debug(to))
		return OP_mov_to_dr;
	if (is_segment(from))
		return OP_mov_from_seg;
	return is_segment(to) ? OP_mov_to_seg : OP_other;
}

static u32 op_of(const cs_insn *i)
{
	const cs_x86 *x = &i->detail->x86;

	if (i->id == X86_INS_MOV && x->op_count == 2)
		return mov_op(&x->operands[0], &x->operands[1]);
	if ((i->id == X86_INS_PUSH || i->id == X86_INS_POP) && is_segment(&x->operands[0]))
		return i->id == X86_INS_PUSH ? OP_push_seg : OP_pop_seg;
	/* Capstone 5 names the far ones of these as the near ones. */
	if (x->opcode[0] == 0xFF && (x->modrm >> 3 & 7) == 3)
		return OP_call_far;
	if (x->opcode[0] == 0xFF && (x->modrm >> 3 & 7) == 5)
		return OP_jmp_far;
	for (u32 k = 0; k < ARRAY_SIZE(ids); k++)
		if (ids[k].id == i->id)
			return ids[k].op;
	return OP_other;
}

const struct oracle_insn *oracle_decode(const u8 *bytes, u32 n)
{
	static struct oracle_insn result;
	static cs_insn *insn;
	static csh handle;
	size_t size = n;
	uint64_t at = 0;

	if (!insn) {
		if (cs_open(CS_ARCH_X86, CS_MODE_32, &handle))
			abort();
		cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
		insn = cs_malloc(handle);
	}
	result = (struct oracle_insn){.text = "none"};
	if (cs_disasm_iter(handle, &bytes, &size, &at, insn))
		result = (struct oracle_insn){insn->size, op_of(insn), insn->mnemonic};
	return &result;
}

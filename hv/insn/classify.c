/*[H26]
 * classify.c: which instructions are system instructions, and how they behave in ring 1.
 *
 * Popek and Goldberg (1974): a machine can be virtualized by trapping alone if every sensitive
 * instruction is privileged. x86 has 17 that are not, and this file knows which.
 */
#include "insn/insn.h"

/* What each opcode is; OP_other where it is none of them, or where ModRM.reg decides. */
static const u8 one_byte_ops[256] = {
    [0x06] = OP_push_seg, /* es */
    [0x07] = OP_pop_seg,
    [0x0E] = OP_push_seg, /* cs */
    [0x16] = OP_push_seg, /* ss */
    [0x17] = OP_pop_seg,
    [0x1E] = OP_push_seg, /* ds */
    [0x1F] = OP_pop_seg,
    [0x6C ... 0x6D] = OP_in,  /* ins */
    [0x6E ... 0x6F] = OP_out, /* outs */
    [0x8C] = OP_mov_from_seg,
    [0x8E] = OP_mov_to_seg,
    [0x9A] = OP_call_far,
    [0x9C] = OP_pushf,
    [0x9D] = OP_popf,
    [0xC4 ... 0xC5] = OP_load_far_ptr, /* les, lds */
    [0xCA ... 0xCB] = OP_ret_far,
    [0xCC ... 0xCE] = OP_int_n, /* int3, int n, into */
    [0xCF] = OP_iret,
    [0xE4 ... 0xE5] = OP_in,
    [0xE6 ... 0xE7] = OP_out,
    [0xEA] = OP_jmp_far,
    [0xEC ... 0xED] = OP_in,
    [0xEE ... 0xEF] = OP_out,
    [0xF4] = OP_hlt,
    [0xFA] = OP_cli,
    [0xFB] = OP_sti,
};

static const u8 two_byte_ops[256] = {
    [0x02] = OP_lar,
    [0x03] = OP_lsl,
    [0x06] = OP_clts,
    [0x08 ... 0x09] = OP_wbinvd, /* invd, wbinvd */
    [0x21] = OP_mov_from_dr,
    [0x23] = OP_mov_to_dr,
    [0x30] = OP_wrmsr,
    [0x31] = OP_rdtsc,
    [0x32] = OP_rdmsr,
    [0x33] = OP_rdpmc,
    [0xA0] = OP_push_seg, /* fs */
    [0xA1] = OP_pop_seg,
    [0xA2] = OP_cpuid,
    [0xA8] = OP_push_seg, /* gs */
    [0xA9] = OP_pop_seg,
    [0xB2] = OP_load_far_ptr,	       /* lss */
    [0xB4 ... 0xB5] = OP_load_far_ptr, /* lfs, lgs */
};

/* The groups, by ModRM.reg. */
static const u8 group5[8] = {[3] = OP_call_far, [5] = OP_jmp_far};		  /* FF */
static const u8 group6[8] = {OP_sldt, OP_str, OP_lldt, OP_ltr, OP_verr, OP_verw}; /* 0F 00 */
static const u8 group7[8] = {OP_sgdt, OP_sidt, OP_lgdt, OP_lidt,
			     OP_smsw, 0,       OP_lmsw, OP_invlpg}; /* 0F 01 */
static const u8 from_cr[8] = {[0] = OP_mov_from_cr0,		    /* 0F 20 */
			      [2] = OP_mov_from_cr2,
			      [3] = OP_mov_from_cr3,
			      [4] = OP_mov_from_cr4};
static const u8 to_cr[8] = {[0] = OP_mov_to_cr0, /* 0F 22 */
			    [2] = OP_mov_to_cr2,
			    [3] = OP_mov_to_cr3,
			    [4] = OP_mov_to_cr4};

enum op insn_op(const struct insn *i)
{
	if (!i->two_byte)
		return i->opcode == 0xFF ? group5[i->reg] : one_byte_ops[i->opcode];
	switch (i->opcode) {
	case 0x00:
		return group6[i->reg];
	case 0x01:
		return group7[i->reg];
	case 0x20:
		return from_cr[i->reg];
	case 0x22:
		return to_cr[i->reg];
	default:
		return two_byte_ops[i->opcode];
	}
}

/* When an instruction must be patched to come to us. */
enum patch_when {
	NEVER,
	ALWAYS,
	READS_CS_SS, /* only if the segment register that it reads is cs or ss */
};

static const struct {
	u8 kind;
	u8 patch;
} ops[] = {
    [OP_hlt] = {INSN_PRIVILEGED, NEVER},
    [OP_sgdt] = {INSN_SENSITIVE, ALWAYS},
    /* LAB 01.3a BEGIN */
    /* Privileged: #GP in ring 1, since IOPL is 0. No patch is needed. */
    [OP_mov_from_cr0] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_from_cr2] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_from_cr3] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_from_cr4] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_to_cr0] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_to_cr2] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_to_cr3] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_to_cr4] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_from_dr] = {INSN_PRIVILEGED, NEVER},
    [OP_mov_to_dr] = {INSN_PRIVILEGED, NEVER},
    [OP_lgdt] = {INSN_PRIVILEGED, NEVER},
    [OP_lidt] = {INSN_PRIVILEGED, NEVER},
    [OP_lldt] = {INSN_PRIVILEGED, NEVER},
    [OP_ltr] = {INSN_PRIVILEGED, NEVER},
    [OP_invlpg] = {INSN_PRIVILEGED, NEVER},
    [OP_clts] = {INSN_PRIVILEGED, NEVER},
    [OP_lmsw] = {INSN_PRIVILEGED, NEVER},
    [OP_cli] = {INSN_PRIVILEGED, NEVER},
    [OP_sti] = {INSN_PRIVILEGED, NEVER},
    [OP_in] = {INSN_PRIVILEGED, NEVER},
    [OP_out] = {INSN_PRIVILEGED, NEVER},
    [OP_rdmsr] = {INSN_PRIVILEGED, NEVER},
    [OP_wrmsr] = {INSN_PRIVILEGED, NEVER},
    [OP_wbinvd] = {INSN_PRIVILEGED, NEVER},
    [OP_rdpmc] = {INSN_PRIVILEGED, NEVER}, /* as long as the real CR4.PCE is 0 */

    /* popf leaves IF and IOPL as they are without a word; pushf shows the real ones. */
    [OP_pushf] = {INSN_SENSITIVE, ALWAYS},
    [OP_popf] = {INSN_SENSITIVE, ALWAYS},
    /* These, and sgdt, show the processor's own registers to anybody. */
    [OP_sidt] = {INSN_SENSITIVE, ALWAYS},
    [OP_sldt] = {INSN_SENSITIVE, ALWAYS},
    [OP_smsw] = {INSN_SENSITIVE, ALWAYS},
    [OP_str] = {INSN_SENSITIVE, ALWAYS},
    /* These look at the real descriptors, where DPL 0 has become 1 and limits are clipped. */
    [OP_lar] = {INSN_SENSITIVE, ALWAYS},
    [OP_lsl] = {INSN_SENSITIVE, ALWAYS},
    [OP_verr] = {INSN_SENSITIVE, ALWAYS},
    [OP_verw] = {INSN_SENSITIVE, ALWAYS},
    /* cs and ss really have RPL 1. The others hold what the guest loaded: RPL 0 stays RPL 0.
     * (But see insn_reads_segment().) */
    [OP_mov_from_seg] = {INSN_SENSITIVE, READS_CS_SS},
    [OP_push_seg] = {INSN_SENSITIVE, READS_CS_SS},
    /* The real descriptors would let RPL 1 pass, which ring 0 refuses. */
    [OP_mov_to_seg] = {INSN_SENSITIVE, ALWAYS},
    [OP_pop_seg] = {INSN_SENSITIVE, ALWAYS},
    [OP_load_far_ptr] = {INSN_SENSITIVE, ALWAYS},
    /* So they would for a far jmp and ret, and a far call pushes the real cs. */
    [OP_call_far] = {INSN_SENSITIVE, ALWAYS},
    [OP_jmp_far] = {INSN_SENSITIVE, ALWAYS},
    [OP_ret_far] = {INSN_SENSITIVE, ALWAYS},
    /* To ring 3 an iret would not trap and the virtual IF would be lost. */
    [OP_iret] = {INSN_SENSITIVE, ALWAYS},
    /* Every gate that a shadow-mode guest could name has DPL 0: #GP(vector * 8 + 2). */
    [OP_int_n] = {INSN_SENSITIVE, NEVER},
    /* LAB 01.3a END */
};

enum insn_kind insn_kind(const struct insn *i)
{
	/* sysexit wants ring 0; it has no number of its own because nobody emulates it. */
	if (i->two_byte && i->opcode == 0x35)
		return INSN_PRIVILEGED;
	return i->op < ARRAY_SIZE(ops) ? ops[i->op].kind : INSN_HARMLESS;
}

enum seg insn_segment(const struct insn *i)
{
	static const u8 far_pointer[] = {
	    [0xB2 & 7] = SEG_SS, [0xB4 & 7] = SEG_FS, [0xB5 & 7] = SEG_GS};

	switch (i->op) {
	case OP_mov_from_seg:
	case OP_mov_to_seg:
		return i->reg;
	case OP_load_far_ptr:
		if (i->two_byte)
			return far_pointer[i->opcode & 7];
		return i->opcode == 0xC4 ? SEG_ES : SEG_DS;
	default: /* push and pop: the register's number is in the opcode, 06 0E 16 1E, A0 A8 */
		return i->opcode >> 3 & 7;
	}
}

bool insn_reads_segment(const struct insn *i)
{
	return i->op == OP_mov_from_seg || i->op == OP_push_seg;
}

bool insn_needs_patch(const struct insn *i)
{
	/* LAB 01.3b BEGIN */
	enum seg seg;

	if (i->op >= ARRAY_SIZE(ops))
		return false;
	if (ops[i->op].patch != READS_CS_SS)
		return ops[i->op].patch == ALWAYS;
	seg = insn_segment(i);
	return seg == SEG_CS || seg == SEG_SS;
	/* LAB 01.3b END */
}

/*
 * insn.h: x86 instructions as data: decoding, classifying, and emulating them for a guest.
 *
 * decode.c and classify.c are pure C, also compiled into host tests.
 */
#ifndef HV_INSN_H
#define HV_INSN_H

#include <trapline/event.def>
#include <trapline/types.h>

/** Which system instruction: the numbers are enum op of event.def. */
enum op {
#define TRACE_OP(number, name) OP_##name = number,
	TRACE_VALUES_op(TRACE_OP)
#undef TRACE_OP
};

/** How an instruction behaves in ring 1 (Popek and Goldberg's words). */
enum insn_kind {
	INSN_HARMLESS,	 /* does the same in every ring, or only touches memory */
	INSN_PRIVILEGED, /* raises #GP in ring 1 */
	INSN_SENSITIVE,	 /* runs in ring 1, but shows or does something else than in ring 0 */
};

#define INSN_MAX_LEN 15

struct insn {
	u8 len;	      /* bytes, 1 to 15 */
	u8 op_size;   /* 2 or 4: operand size after prefixes (1-byte forms have .byte set) */
	u8 addr_size; /* 2 or 4 */
	bool byte;    /* operates on bytes */
	bool lock, rep, repne;
	s8 segment;    /* override: SEG_*, or -1 */
	bool two_byte; /* 0F xx */
	u8 opcode;     /* last opcode byte */
	bool has_modrm;
	u8 mod, reg, rm;
	bool has_sib;
	u8 scale, index, base; /* index 4: none; base 5 with mod 0: none */
	s32 disp;     /* sign-extended; for mov between (e)ax and memory (A0-A3) its offset */
	u8 disp_size; /* 0, 1, 2, 4 */
	u32 imm;      /* as it stands in the code, not sign-extended: see insn_imm() */
	u8 imm_size;  /* 0, 1, 2, 4, or 3 for enter's 16+8, 6 for a far pointer (imm, imm2) */
	u16 imm2;
	enum op op; /* OP_other unless it is one of the system instructions */
};

enum seg { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, NR_SEGS }; /* sreg3 encoding */

/**
 * Decode one instruction of 32-bit code (SDM volume 2, chapter 2 and appendix A).
 * @param bytes what is at EIP; @param n how many bytes may be read, 0 to 15
 * @return 0; -1 if the bytes end too early; -2 if this is not an instruction of a Pentium III
 */
int insn_decode(const u8 *bytes, u32 n, struct insn *out);
/** The same of code whose segment has operands and addresses of `code_size` bytes: 2 or 4. */
int insn_decode_sized(const u8 *bytes, u32 n, u8 code_size, struct insn *out);

/** The immediate operand or jump distance, sign-extended to 32 bits. */
s32 insn_imm(const struct insn *i);
/** Which system instruction it is, if any: fills struct insn.op. */
enum op insn_op(const struct insn *i);
/** What the instruction does in ring 1. */
enum insn_kind insn_kind(const struct insn *i);
/** The segment register that a mov, push, pop or far-pointer load of one names. */
enum seg insn_segment(const struct insn *i);
/**
 * Whether the instruction must be patched so that a ring-1 kernel running it comes to
 * us: it is sensitive, and neither faults nor does the right thing by itself.
 */
bool insn_needs_patch(const struct insn *i);
/**
 * Whether it reads a segment register. If that is ds, es, fs or gs it needs no patch, until the
 * guest's kernel has a null selector with an RPL there, of which the CPU forgets the RPL.
 */
bool insn_reads_segment(const struct insn *i);

/** Where control goes after an instruction. */
enum branch {
	BRANCH_NONE, /* on */
	BRANCH_ALWAYS,
	BRANCH_PERHAPS,
	BRANCH_CALL,
	BRANCH_CALL_SOMEWHERE, /* the bytes do not tell where */
	BRANCH_SOMEWHERE,
};
/** @param next the address behind it; *target: where a branch goes that says so by itself */
enum branch insn_branch(const struct insn *i, u32 next, u32 *target);

struct vcpu;

enum emul {
	EMUL_DONE,	/* emulated; regs->eip moved on (or to its target) */
	EMUL_EXCEPTION, /* it raised an exception, which is queued; regs unchanged */
	EMUL_UNKNOWN,	/* not an instruction that the emulator knows */
};

/**
 * Carry out the privileged or sensitive instruction at regs->eip of a shadow-mode guest's kernel,
 * to the effect that it would have in ring 0 of its own machine; or one for an application, if the
 * guest's IOPL or TSS lets ring 3 do it.
 */
enum emul emulate_system(struct vcpu *v);
/** Put the guest's breakpoints into the real debug registers, but for those on addresses that are
 * the hypervisor's: on each way back to a guest that has any (DR7_ENABLED). */
void load_debug_registers(struct vcpu *v);
/** DR7 for those of the guest's breakpoints that are of these kinds, but not on addresses of the
 * hypervisor's. */
u32 debug_control(const struct vcpu *v, u32 kinds);
/** The guest's breakpoints of these kinds that an access to [la, la + len) strikes: bits of DR6. */
u32 breakpoints_struck(const struct vcpu *v, u32 la, u32 len, u32 kinds);
#define BREAK_EXECUTE 0x1u /* kinds: bits numbered by DR7's R/W fields */
#define BREAK_WRITE   0xAu
#define BREAK_READ    0x8u
#define BREAK_DATA    (BREAK_WRITE | BREAK_READ)
/** Carry out a memory-writing instruction (mov, xchg, or, btr, stos, ...) at regs->eip. */
enum emul emulate_write(struct vcpu *v);

#endif

/*[H24]
 * opcodes.c: the opcode maps of a Pentium III, as tables (SDM 2, appendix A).
 *
 * MMX and SSE instructions are told apart by the prefixes 66, F2 and F3. None of that changes a
 * length, and a Pentium III does not know SSE2, so that one entry serves for all.
 */
#include "insn/opcodes.h"

#define x   OPC_UNDEF
#define P   OPC_PREFIX
#define N   0 /* nothing follows */
#define NB  OPC_BYTE
#define M   OPC_MODRM
#define MB  (OPC_MODRM | OPC_BYTE)
#define ML  (OPC_MODRM | OPC_LOCK)
#define MLB (OPC_MODRM | OPC_LOCK | OPC_BYTE)
#define MI  (OPC_MODRM | OPC_IMM8)
#define MZ  (OPC_MODRM | OPC_IMMZ)
#define G   (OPC_MODRM | OPC_GROUP)
#define GB  (G | OPC_BYTE)
#define GI  (G | OPC_IMM8)
#define GIB (G | OPC_IMM8 | OPC_BYTE)
#define GZ  (G | OPC_IMMZ)
#define GR  (G | OPC_REGS)
#define T   (G | OPC_TEST)
#define TB  (G | OPC_TEST | OPC_BYTE)
#define I   OPC_IMM8
#define IB  (OPC_IMM8 | OPC_BYTE)
#define W   OPC_IMM16
#define Z   OPC_IMMZ
#define F   OPC_FAR
#define A   OPC_MOFFS
#define AB  (OPC_MOFFS | OPC_BYTE)
#define E   (OPC_IMM16 | OPC_IMM8)

/* clang-format off */
const u16 one_byte_map[256] = {
	/*	0    1    2    3    4    5    6    7    8    9    A    B    C    D    E    F */
	/* 0 */ MLB, ML,  MB,  M,   IB,  Z,   N,   N,   MLB, ML,  MB,  M,   IB,  Z,   N,   P,
	/* 1 */ MLB, ML,  MB,  M,   IB,  Z,   N,   N,   MLB, ML,  MB,  M,   IB,  Z,   N,   N,
	/* 2 */ MLB, ML,  MB,  M,   IB,  Z,   P,   N,   MLB, ML,  MB,  M,   IB,  Z,   P,   N,
	/* 3 */ MLB, ML,  MB,  M,   IB,  Z,   P,   N,   MB,  M,   MB,  M,   IB,  Z,   P,   N,
	/* 4 */ N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,
	/* 5 */ N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,
	/* 6 */ N,   N,   G,   M,   P,   P,   P,   P,   Z,   MZ,  I,   MI,  NB,  N,   NB,  N,
	/* 7 */ I,   I,   I,   I,   I,   I,   I,   I,   I,   I,   I,   I,   I,   I,   I,   I,
	/* 8 */ GIB, GZ,  GIB, GI,  MB,  M,   MLB, ML,  MB,  M,   MB,  M,   G,   G,   G,   G,
	/* 9 */ N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   F,   N,   N,   N,   N,   N,
	/* A */ AB,  A,   AB,  A,   NB,  N,   NB,  N,   IB,  Z,   NB,  N,   NB,  N,   NB,  N,
	/* B */ IB,  IB,  IB,  IB,  IB,  IB,  IB,  IB,  Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,
	/* C */ MI|OPC_BYTE, MI, W, N, G, G,  GIB, GZ,  E,   N,   W,   N,   N,   I,   N,   N,
	/* D */ MB,  M,   MB,  M,   I,   I,   N,   N,   M,   M,   M,   M,   M,   M,   M,   M,
	/* E */ I,   I,   I,   I,   IB,  I,   IB,  I,   Z,   Z,   F,   I,   NB,  N,   NB,  N,
	/* F */ P,   N,   P,   P,   N,   N,   TB,  T,   N,   N,   N,   N,   N,   N,   GB,  G,
};

const u16 two_byte_map[256] = {
	/*	0    1    2    3    4    5    6    7    8    9    A    B    C    D    E    F */
	/* 0 */ G,   G,   M,   M,   x,   x,   N,   x,   N,   N,   x,   N,   x,   x,   x,   x,
	/* 1 */ M,   M,   M,   G,   M,   M,   M,   G,   M,   M,   M,   M,   M,   M,   M,   M,
	/* 2 */ GR,  GR,  GR,  GR,  x,   x,   x,   x,   M,   M,   M,   G,   M,   M,   M,   M,
	/* 3 */ N,   N,   N,   N,   N,   N,   x,   x,   x,   x,   x,   x,   x,   x,   x,   x,
	/* 4 */ M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   M,
	/* 5 */ G,   M,   M,   M,   M,   M,   M,   M,   M,   M,   x,   x,   M,   M,   M,   M,
	/* 6 */ M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   M,   x,   x,   M,   M,
	/* 7 */ MI,  GI,  GI,  GI,  M,   M,   M,   N,   x,   x,   x,   x,   x,   x,   M,   M,
	/* 8 */ Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,   Z,
	/* 9 */ MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,  MB,
	/* A */ N,   N,   N,   M,   MI,  M,   x,   x,   N,   N,   N,   ML,  MI,  M,   G,   M,
	/* B */ MLB, ML,  G,   ML,  G,   G,   MB,  M,   x,   x,   GI,  ML,  M,   M,   MB,  M,
	/* C */ MLB, ML,  MI,  x,   MI,  GI,  MI,  G,   N,   N,   N,   N,   N,   N,   N,   N,
	/* D */ x,   M,   M,   M,   x,   M,   x,   G,   M,   M,   M,   M,   M,   M,   M,   M,
	/* E */ M,   M,   M,   M,   M,   M,   x,   G,   M,   M,   M,   M,   M,   M,   M,   M,
	/* F */ x,   M,   M,   M,   x,   M,   M,   G,   M,   M,   M,   x,   M,   M,   M,   x,
};
/* clang-format on */

static const struct opcode_group groups[] = {
    {0x0062, 0xFF, 0x00, 0x00}, /* bound */
    {0x0080, 0xFF, 0xFF, 0x7F}, /* add or adc sbb and sub xor, not cmp */
    {0x0081, 0xFF, 0xFF, 0x7F}, {0x0082, 0xFF, 0xFF, 0x7F}, {0x0083, 0xFF, 0xFF, 0x7F},
    {0x008C, 0x3F, 0x3F, 0x00}, /* mov from one of six segment registers */
    {0x008D, 0xFF, 0x00, 0x00}, /* lea */
    {0x008E, 0x3D, 0x3D, 0x00}, /* mov to one of them, not to cs */
    {0x008F, 0x01, 0x01, 0x00}, /* pop */
    {0x00C4, 0xFF, 0x00, 0x00}, /* les */
    {0x00C5, 0xFF, 0x00, 0x00}, /* lds */
    {0x00C6, 0x01, 0x01, 0x00}, /* mov immediate */
    {0x00C7, 0x01, 0x01, 0x00}, {0x00F6, 0xFF, 0xFF, 0x0C}, /* test test not neg mul imul div idiv
							     */
    {0x00F7, 0xFF, 0xFF, 0x0C}, {0x00FE, 0x03, 0x03, 0x03}, /* inc dec */
    {0x00FF, 0x7F, 0x57, 0x03}, /* inc dec call call-far jmp jmp-far push */
    {0x0F00, 0x3F, 0x3F, 0x00}, /* sldt str lldt ltr verr verw */
    {0x0F01, 0xDF, 0x50, 0x00}, /* sgdt sidt lgdt lidt smsw - lmsw invlpg */
    {0x0F13, 0xFF, 0x00, 0x00}, /* movlps */
    {0x0F17, 0xFF, 0x00, 0x00}, /* movhps */
    {0x0F20, 0x1D, 0x1D, 0x00}, /* mov from cr0 cr2 cr3 cr4 */
    {0x0F21, 0xFF, 0xFF, 0x00}, /* mov from dr; dr4 and dr5 depend on CR4.DE */
    {0x0F22, 0x1D, 0x1D, 0x00}, /* mov to cr0 cr2 cr3 cr4 */
    {0x0F23, 0xFF, 0xFF, 0x00}, /* mov to dr */
    {0x0F2B, 0xFF, 0x00, 0x00}, /* movntps */
    {0x0F50, 0x00, 0xFF, 0x00}, /* movmskps */
    {0x0F71, 0x00, 0x54, 0x00}, /* psrlw psraw psllw */
    {0x0F72, 0x00, 0x54, 0x00}, /* psrld psrad pslld */
    {0x0F73, 0x00, 0x44, 0x00}, /* psrlq psllq */
    {0x0FAE, 0x0F, 0x80, 0x00}, /* fxsave fxrstor ldmxcsr stmxcsr; sfence */
    {0x0FB2, 0xFF, 0x00, 0x00}, /* lss */
    {0x0FB4, 0xFF, 0x00, 0x00}, /* lfs */
    {0x0FB5, 0xFF, 0x00, 0x00}, /* lgs */
    {0x0FBA, 0xF0, 0xF0, 0xE0}, /* bt bts btr btc */
    {0x0FC5, 0x00, 0xFF, 0x00}, /* pextrw */
    {0x0FC7, 0x02, 0x00, 0x02}, /* cmpxchg8b */
    {0x0FD7, 0x00, 0xFF, 0x00}, /* pmovmskb */
    {0x0FE7, 0xFF, 0x00, 0x00}, /* movntq */
    {0x0FF7, 0x00, 0xFF, 0x00}, /* maskmovq */
};

const struct opcode_group *opcode_group(u16 opcode)
{
	for (u32 i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i].opcode == opcode)
			return &groups[i];
	return NULL;
}

/*
 * x87, per opcode D8 to DF: which values of ModRM.reg are defined with an operand in memory, and
 * for each value of ModRM.reg which of ModRM.rm with registers. The aliases that Intel's processors
 * have always had (fcom2, fxch4, fstp1, ffreep, ...) count as defined, fisttp (SSE3) does not.
 */
static const struct {
	u8 mem;
	u8 reg[8];
} x87[8] = {
    /* D8 */ {0xFF, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
    /* D9 */ {0xFD, {0xFF, 0xFF, 0x01, 0xFF, 0x33, 0x7F, 0xFF, 0xFF}},
    /* DA */ {0xFF, {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x02, 0x00, 0x00}},
    /* DB */ {0xAD, {0xFF, 0xFF, 0xFF, 0xFF, 0x1F, 0xFF, 0xFF, 0x00}},
    /* DC */ {0xFF, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
    /* DD */ {0xDD, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00}},
    /* DE */ {0xFF, {0xFF, 0xFF, 0xFF, 0x02, 0xFF, 0xFF, 0xFF, 0xFF}},
    /* DF */ {0xFD, {0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0xFF, 0xFF, 0x00}},
};

bool x87_defined(u8 opcode, u8 modrm)
{
	u32 reg = modrm >> 3 & 7;

	if (modrm < 0xC0)
		return x87[opcode & 7].mem >> reg & 1;
	return x87[opcode & 7].reg[reg] >> (modrm & 7) & 1;
}

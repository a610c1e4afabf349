/* opcodes.h: what the decoder must know about each opcode. */
#ifndef HV_OPCODES_H
#define HV_OPCODES_H

#include <trapline/types.h>

/** What follows an opcode, and what it works on. */
enum {
	OPC_UNDEF = 0x0001,  /* no instruction of a Pentium III */
	OPC_PREFIX = 0x0002, /* not an opcode at all */
	OPC_MODRM = 0x0004,
	OPC_BYTE = 0x0008,  /* operands are bytes */
	OPC_IMM8 = 0x0010,  /* an immediate byte, or a jump of that size */
	OPC_IMM16 = 0x0020, /* always 16 bits, before OPC_IMM8 where both are (enter) */
	OPC_IMMZ = 0x0040,  /* an immediate or a jump of the operand size */
	OPC_FAR = 0x0080,   /* offset of the operand size, then a selector */
	OPC_MOFFS = 0x0100, /* an offset of the address size */
	OPC_TEST = 0x0200,  /* an immediate only with ModRM.reg 0 and 1 (F6, F7) */
	OPC_GROUP = 0x0400, /* not every ModRM means something: see opcode_group() */
	OPC_LOCK = 0x0800,  /* may have a LOCK prefix if its first operand is in memory */
	OPC_REGS = 0x1000,  /* ModRM.mod is ignored: always registers (mov cr, mov dr) */
};

extern const u16 one_byte_map[256], two_byte_map[256];

/** For an opcode with OPC_GROUP: the values of ModRM.reg that are defined, as bits. */
struct opcode_group {
	u16 opcode;  /* 0x0Fxx: two-byte map */
	u8 mem, reg; /* with an operand in memory; in a register */
	u8 lock;     /* with an operand in memory and a LOCK prefix */
};
const struct opcode_group *opcode_group(u16 opcode);

/** True if `opcode` (D8 to DF) with this ModRM byte is an x87 instruction. */
bool x87_defined(u8 opcode, u8 modrm);

#endif

/* alu.h: arithmetic with flags, by the processor's own instructions. */
#ifndef HV_ALU_H
#define HV_ALU_H

#include <trapline/types.h>

/** The numbers are those of the opcodes: bits 5-3 of 00-3F and ModRM.reg of 80-83. */
enum alu_op { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
/** Likewise ModRM.reg of C0, C1, D0-D3; 6 is another name of SHL. */
enum shift_op {
	SHIFT_ROL,
	SHIFT_ROR,
	SHIFT_RCL,
	SHIFT_RCR,
	SHIFT_SHL,
	SHIFT_SHR,
	SHIFT_SAL,
	SHIFT_SAR
};
enum unary_op { UNARY_INC, UNARY_DEC, UNARY_NOT, UNARY_NEG };

/** a op b on `size` bytes; *flags (EFLAGS) gets the arithmetic flags that the operation sets. */
u32 alu(enum alu_op op, u32 a, u32 b, u32 size, u32 *flags);
u32 alu_shift(enum shift_op op, u32 a, u32 count, u32 size, u32 *flags);
/** shld or (`right`) shrd of `a` by `count` bits, which come out of `b`; 2 or 4 bytes. */
u32 alu_double_shift(bool right, u32 a, u32 b, u32 count, u32 size, u32 *flags);
u32 alu_unary(enum unary_op op, u32 a, u32 size, u32 *flags);

#endif

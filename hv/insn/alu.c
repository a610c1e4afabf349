/*[H44]
 * alu.c: arithmetic with flags, by the processor's own instructions.
 *
 * To compute ten flags for thirty operations in C is long and easy to get wrong; the processor
 * that we run on is by definition right, undefined flags included. sahf and lahf carry SF ZF AF PF
 * CF in and out; OF goes in by provoking an overflow and comes out by seto.
 */
#include "cpu/x86.h"
#include "insn/alu.h"

#define LAHF_FLAGS (EFL_SF | EFL_ZF | EFL_AF | EFL_PF | EFL_CF)

typedef u32 operation(u32 a, u32 b, u32 *flags);

/* clang-format off */
#define OPERATION(name, insn)                                                                      \
	static u32 name(u32 a, u32 b, u32 *flags)                                                  \
	{                                                                                          \
		u32 ah = (*flags & LAHF_FLAGS) << 8;                                               \
		u8 of = !!(*flags & EFL_OF);                                                       \
                                                                                                   \
		asm("addb $0x7F, %[of]\n\t" /* 1 + 127 overflows, 0 + 127 does not */              \
		    "sahf\n\t"                                                                     \
		    insn "\n\t"                                                                    \
		    "lahf\n\t"                                                                     \
		    "seto %[of]"                                                                   \
		    : "+a"(ah), "+d"(a), [of] "+&q"(of)                                            \
		    : "c"(b)                                                                       \
		    : "cc");                                                                       \
		*flags = (*flags & ~(LAHF_FLAGS | EFL_OF)) | (ah >> 8 & LAHF_FLAGS) |              \
			 (of ? EFL_OF : 0);                                                        \
		return a;                                                                          \
	}
/* One instruction on bytes, words and doublewords, as a row of a table. */
#define BINARY(name)                                                                               \
	OPERATION(name##_1, #name "b %%cl, %%dl")                                                  \
	OPERATION(name##_2, #name "w %%cx, %%dx")                                                  \
	OPERATION(name##_4, #name "l %%ecx, %%edx")
#define SHIFT(name)                                                                                \
	OPERATION(name##_1, #name "b %%cl, %%dl")                                                  \
	OPERATION(name##_2, #name "w %%cl, %%dx")                                                  \
	OPERATION(name##_4, #name "l %%cl, %%edx")
#define UNARY(name)                                                                                \
	OPERATION(name##_1, #name "b %%dl")                                                        \
	OPERATION(name##_2, #name "w %%dx")                                                        \
	OPERATION(name##_4, #name "l %%edx")
#define ROW(name) {name##_1, name##_2, name##_4}

BINARY(add) BINARY(or) BINARY(adc) BINARY(sbb) BINARY(and) BINARY(sub) BINARY(xor)
SHIFT(rol) SHIFT(ror) SHIFT(rcl) SHIFT(rcr) SHIFT(shl) SHIFT(shr) SHIFT(sar)
UNARY(inc) UNARY(dec) UNARY(not) UNARY(neg)
    /* clang-format on */

    static operation *const binary[][3] = {ROW(add), ROW(or),  ROW(adc), ROW(sbb),
					   ROW(and), ROW(sub), ROW(xor), ROW(sub)};
static operation *const shift[][3] = {ROW(rol), ROW(ror), ROW(rcl), ROW(rcr),
				      ROW(shl), ROW(shr), ROW(shl), ROW(sar)};
static operation *const unary[][3] = {ROW(inc), ROW(dec), ROW(not ), ROW(neg)};

u32 alu(enum alu_op op, u32 a, u32 b, u32 size, u32 *flags)
{
	u32 result = binary[op][size / 2](a, b, flags);

	return op == ALU_CMP ? a : result;
}

u32 alu_shift(enum shift_op op, u32 a, u32 count, u32 size, u32 *flags)
{
	return shift[op][size / 2](a, count, flags);
}

/* One instruction with its three operands: ECX has the count, EBX what comes in. */
#define DOUBLE_SHIFT(name, insn)                                                                   \
	static u32 name(u32 a, u32 b, u32 count, u32 *flags)                                       \
	{                                                                                          \
		u32 ah = (*flags & LAHF_FLAGS) << 8;                                               \
		u8 of = !!(*flags & EFL_OF);                                                       \
                                                                                                   \
		asm("addb $0x7F, %[of]\n\t"                                                        \
		    "sahf\n\t" insn "\n\t"                                                         \
		    "lahf\n\t"                                                                     \
		    "seto %[of]"                                                                   \
		    : "+a"(ah), "+d"(a), [of] "+&q"(of)                                            \
		    : "c"(count), "S"(b)                                                           \
		    : "cc");                                                                       \
		*flags = (*flags & ~(LAHF_FLAGS | EFL_OF)) | (ah >> 8 & LAHF_FLAGS) |              \
			 (of ? EFL_OF : 0);                                                        \
		return a;                                                                          \
	}
DOUBLE_SHIFT(shld_2, "shldw %%cl, %%si, %%dx")
DOUBLE_SHIFT(shld_4, "shldl %%cl, %%esi, %%edx")
DOUBLE_SHIFT(shrd_2, "shrdw %%cl, %%si, %%dx")
DOUBLE_SHIFT(shrd_4, "shrdl %%cl, %%esi, %%edx")

u32 alu_double_shift(bool right, u32 a, u32 b, u32 count, u32 size, u32 *flags)
{
	if (right)
		return size == 2 ? shrd_2(a, b, count, flags) : shrd_4(a, b, count, flags);
	return size == 2 ? shld_2(a, b, count, flags) : shld_4(a, b, count, flags);
}

u32 alu_unary(enum unary_op op, u32 a, u32 size, u32 *flags)
{
	return unary[op][size / 2](a, 0, flags);
}

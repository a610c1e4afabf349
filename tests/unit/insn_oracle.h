/* insn_oracle.h: Capstone as an oracle, in our decoder's words. */
#ifndef TESTS_INSN_ORACLE_H
#define TESTS_INSN_ORACLE_H

#include <trapline/types.h>

struct oracle_insn {
	u32 len; /* 0: no instruction */
	u32 op;	 /* enum op */
	const char *text;
};
/** The first instruction in `n` bytes. The result is overwritten by the next call. */
const struct oracle_insn *oracle_decode(const u8 *bytes, u32 n);

#endif

/* disasm.h: an instruction's bytes as AT&T text. */
#ifndef TLTRACE_DISASM_H
#define TLTRACE_DISASM_H

#include "trapline/types.h"

/** Write "mov %eax,0x40001000" for the first instruction in @bytes into @out; empty if it is none.
 * Returns whether it is one. */
bool disasm(const u8 *bytes, size_t len, u32 eip, char *out, size_t size);

#endif

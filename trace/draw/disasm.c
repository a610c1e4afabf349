/* disasm.c: an instruction's bytes as AT&T text, by Capstone. */
#include "draw/disasm.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <string.h>

/* Does a register stand as an operand of its own, and not only within an address? */
static bool names_register(const char *ops)
{
	int depth = 0;

	for (; *ops; ops++) {
		depth += *ops == '(' ? 1 : *ops == ')' ? -1 : 0;
		if (*ops == '%' && depth == 0 && !strchr(ops, ':'))
			return true;
	}
	return false;
}

/* As objdump writes it: no space behind a comma, and no size suffix where a register tells the
 * size anyway. */
static void tidy(const cs_insn *insn, char *out, size_t size)
{
	char ops[160];
	size_t n = strlen(insn->mnemonic), k = 0;

	for (const char *s = insn->op_str; *s && k + 1 < sizeof(ops); s++)
		if (!(*s == ' ' && s > insn->op_str && s[-1] == ','))
			ops[k++] = *s;
	ops[k] = 0;
	if ((!strcmp(insn->mnemonic, "movl") || !strcmp(insn->mnemonic, "ltrw")) &&
	    names_register(ops))
		n--;
	if (!strncmp(insn->mnemonic, "iret", 4))
		n = 4;
	snprintf(out, size, "%.*s%s%s", (int)n, insn->mnemonic, ops[0] ? " " : "", ops);
}

bool disasm(const u8 *bytes, size_t len, u32 eip, char *out, size_t size)
{
	cs_insn *insn = NULL;
	csh handle;
	size_t n = 0;

	out[0] = 0;
	if (cs_open(CS_ARCH_X86, CS_MODE_32, &handle) != CS_ERR_OK)
		return false;
	cs_option(handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
	if (len)
		n = cs_disasm(handle, bytes, len, eip, 1, &insn);
	if (n) {
		tidy(insn, out, size);
		cs_free(insn, n);
	}
	cs_close(&handle);
	return n != 0;
}

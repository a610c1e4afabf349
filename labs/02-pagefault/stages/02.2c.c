/*
 * Stage 02.2c of the lab:
 * e->insn.reg is the number of the control register, e->insn.rm that of the general
 * register. The guest reads what it believes is there: v->virt. Leave the value in
 * e->value as well (for the trace), store it with reg_set(), return EMUL_DONE.
 */
lab_todo("02.2c");

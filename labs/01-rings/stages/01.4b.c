/*
 * Stage 01.4b of the lab:
 * Push EFLAGS as the guest knows them: stack_push(), e->insn.op_size bytes. Leave
 * what was pushed in e->value, for the trace. SDM 2, PUSHF: what becomes of VM and
 * RF?
 */
lab_todo("01.4b");

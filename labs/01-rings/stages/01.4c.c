/*
 * Stage 01.4c of the lab:
 * Look at the stack (stack_peek(); EMUL_EXCEPTION if that fails, and nothing may have
 * changed), move ESP (stack_drop()), and change what popf changes in ring 0:
 * changeable_eflags().
 */
lab_todo("01.4c");

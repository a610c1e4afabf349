/*
 * Stage 01.2c of the lab:
 * One entry, a struct trap_info, has been read into t. An address of 0 ends
 * the table. Check it: -EPERM for a selector that may not be, -EINVAL for any
 * other fault. Then it counts, in v->traps; and the system call, vector 0x80
 * and no other, may get a gate of its own. Why not #PF?
 */
lab_todo("01.2c");

/*
 * Stage 02.6c of the lab:
 * The entry for VEC_PF in v->traps says where to, and how. The fault address goes
 * where Xen 3 has it (v->info->cr2), and where the SOSP 2003 paper has it if the
 * guest asked for that. enter() builds the frame. trace_inject() what was done
 * (LANE_VMM to LANE_GUEST, how = 1). Return whether the guest was entered.
 */
lab_todo("02.6c");

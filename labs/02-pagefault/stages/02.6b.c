/*
 * Stage 02.6b of the lab:
 * The guest runs its handler next: CS and EIP from the trap table's entry, with the
 * ring-1 stack. TI_MASK_EVENTS: events stay masked until it is done. Clear of EFLAGS
 * what the CPU clears on the way through a gate (SDM 3A 6.12.1).
 */
lab_todo("02.6b");

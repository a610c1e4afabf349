/*
 * Stage 02.6a of the lab:
 * The words by which the guest's iret goes back, lowest address first: EIP, CS,
 * EFLAGS, and from ring 3 also ESP and SS. To a direct-mode guest "interrupts off"
 * means that its event mask is 1: EFL_IF in the frame says so, and the old mask is
 * kept beside CS, in bits 16 to 23.
 */
lab_todo("02.6a");

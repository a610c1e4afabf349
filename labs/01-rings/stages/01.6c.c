/*
 * Stage 01.6c of the lab:
 * The handler runs next: CS as the CPU must have it (real_selector(); the RPL in a
 * gate means nothing), and EIP. EFLAGS loses what the CPU clears on the way through a
 * gate (SDM 3A 6.12.1), and the guest its interrupts if the gate says so. No step of
 * ours is under way any more (virt.stepping), and nothing holds interrupts off
 * (virt.intr_shadow).
 */
lab_todo("01.6c");

/*
 * Stage 01.4e of the lab:
 * The same, on. And one thing more: "the instruction following" (SDM 2, STI). To hold
 * interrupts off for that long is what virt.intr_shadow = 1 is for. e->value is 1.
 */
lab_todo("01.4e");

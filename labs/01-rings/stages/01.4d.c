/*
 * Stage 01.4d of the lab:
 * Whose interrupts are off now?
 */
lab_todo("01.4d");

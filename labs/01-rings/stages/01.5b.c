/*
 * Stage 01.5b of the lab:
 * One instruction, at s.pa: fill() the buffer (SCAN_NO_MEMORY if that fails),
 * decode it, patch_insn() a trap over it if it needs_patch() (OP_other if not, so
 * that what an earlier scan left there goes away), and go on behind it. What
 * is no instruction is one byte long. An error ends the sweep. Count
 * result->insns.
 */
lab_todo("01.5b");

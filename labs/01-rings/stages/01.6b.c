/*
 * Stage 01.6b of the lab:
 * Which stack? The kernel's own goes on: loaded_segment(v, SEG_SS), at its ss and esp.
 * From ring 3 it is the one that the guest's TSS names now: kernel_stack() looks, and
 * has told the guest if it returns false. Mark the code segment as used:
 * use_descriptor(), likewise. Then the words of the frame, as ring 0 would find them:
 * the error code if this vector has one; EIP (behind an int n: e->insn_len), CS,
 * EFLAGS; and from ring 3 ESP and SS. guest_selector() and guest_eflags() know what
 * the guest may see.
 */
lab_todo("01.6b");

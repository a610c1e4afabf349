/*
 * Stage 01.6a of the lab:
 * Can it be gone through? Only an interrupt or a trap gate can (h->wide: of 32 bits;
 * apart from that the two sizes are the same type). It must be present, lead to a code
 * segment of the guest's ring 0 (guest_descriptor()), and that must be present. What
 * is wrong with the gate names the vector, times 8, with ERR_IDT; what is wrong with
 * the segment names the selector, selector_error(); either with `ext`. SDM 2, INT n,
 * tells which vector: inject_exception(), and return false. Else fill in h.
 */
lab_todo("01.6a");

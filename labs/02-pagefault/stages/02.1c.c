/*
 * Stage 02.1c of the lab:
 * Whose fault is it? guest_walk() says what the guest's own tables have for this
 * access. Either it is the guest's: *pf is what its processor would tell it; or it is
 * only yours. Find the verdict: README.md, section 1, has the table. trace_walk() it
 * in both cases, and before any memory is found for a page: so the trace shows what
 * you knew when you decided.
 */
lab_todo("02.1c");

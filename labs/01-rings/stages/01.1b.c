/*
 * Stage 01.1b of the lab:
 * Six segments: code and data for each of the rings 0, 1 and 3; their places are
 * GATE_SEL_CS and so on, in bytes from d. Ring 0 has all 4 GB. How far may the
 * guest's rings reach? A direct-mode guest reads the M2P table and nothing behind it:
 * its last page is GUEST_LIMIT_PAGES. One in shadow mode has all, unless
 * g->segments: then it ends below HV_BASE.
 */
lab_todo("01.1b");

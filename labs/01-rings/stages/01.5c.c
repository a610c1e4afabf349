/*
 * Stage 01.5c of the lab:
 * The guest's bytes lie over any traps that were there: those entries are no more.
 * Then sweep() again in each region that was written to: from an instruction that
 * begins before (boundary_before()), for what was written may have changed how the
 * bytes behind it are to be read, at least to the end of what was written.
 */
lab_todo("01.5c");

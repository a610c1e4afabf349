/*
 * Stage 01.3a of the lab:
 * The others, by experiment (the handout says how): does it trap in ring 1? Else, does it
 * show or do something else than in ring 0? Then a trap must be patched over it: ALWAYS,
 * or only where it reads cs or ss, READS_CS_SS. What has no line is harmless. The names
 * are those of TRACE_VALUES_op in event.def, with OP_ in front.
 */

/*
 * Stage 02.2b of the lab:
 * Is another exception still queued (not a software interrupt), one that the guest
 * could not be told of? SDM 3A 6.15, interrupt 8: which pairs make a double fault
 * (#DF, error code 0)? And one more, during a double fault, is the end:
 * domain_kill(END_triple_fault).
 */
if (e->valid && !e->software)
	lab_todo("02.2b");

/* tsdl.h: the CTF metadata text that describes our traces. */
#ifndef TLTRACE_TSDL_H
#define TLTRACE_TSDL_H

#include "read/sb.h"
#include "trapline/types.h"

/** Append the metadata (TSDL 1.8) of a trace whose clock ticks @freq times a second. */
void tsdl_metadata(struct sb *b, u64 freq);

#endif

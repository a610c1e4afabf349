/* tsdl.h: the CTF metadata text that describes our traces. */
#ifndef TLTRACE_TSDL_H
#define TLTRACE_TSDL_H

#include "read/sb.h"
#include "trapline/types.h"

/** Append the metadata (TSDL 1.8) of a trace whose clock ticks @freq times a second, of a machine
 * that was started with the words @started ("": nobody said; else tsdl_words_fit()). */
void tsdl_metadata(struct sb *b, u64 freq, const char *started);

#define TSDL_WORDS_MAX 1023
/** Can @words stand in the metadata: printable ASCII without " and \, TSDL_WORDS_MAX bytes at most?
 */
bool tsdl_words_fit(const char *words);

#endif

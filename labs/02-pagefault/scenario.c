/*
 * scenario.c: a scenario of your own: a small kernel that tries what this lab is about, and looks
 * whether it is right. `make grade` runs it in the reference, where it must hold, and in three
 * hypervisors with a mistake each, which it should find. They are in ref/scenario/.
 *
 * labs/probe/native.h says what there is: paging_on() turns paging on; pd and pt_test are yours to
 * write; try() calls a function and says by which exception it ended.
 */
#include "native.h"

void own(void)
{
	say("scenario: nothing is tried yet\n"); /* "scenario: ok", once all was as it should be */
	finish(1);
}

/*
 * scenario.c: a scenario of your own: you are the kernel and the hypervisor around a balloon, and
 * as little help as you like. `make grade` runs it with the reference's files, where it must hold,
 * and with three versions of them that have a mistake each, which it should find. They are in
 * ref/scenario/.
 *
 * labs/probe/balloon.h says what there is: any_world() makes a guest, w says what will fail,
 * asks_begin() and CALL() call one of the lab's functions, look() looks whether each page is where
 * it should be. labs/probe/user.h has the rest.
 */
#include "balloon.h"

void own(void)
{
	say("scenario: nothing is tried yet\n"); /* "scenario: ok", once all was as it should be */
	finish(1);
}

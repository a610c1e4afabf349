/*
 * scenario.c: a scenario of your own: you are the other end of a ring, and as bad as you like.
 * `make grade` runs it with the reference's files, where it must hold, and with three versions of
 * them that have a mistake each, which it should find. They are in ref/scenario/.
 *
 * labs/probe/user.h says what there is: room_for() makes room that the lab's functions may touch,
 * CALL() calls one of them, other_end is yours and runs between any two of its instructions.
 */
#include "rings.h"
#include "rings/front.h"
#include "rings/grants.h"
#include "rings/turns.h"

void own(void)
{
	say("scenario: nothing is tried yet\n"); /* "scenario: ok", once all was as it should be */
	finish(1);
}

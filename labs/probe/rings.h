/* rings.h: the probe of lab 04: it plays the other end of a ring, before a call of a lab's
 * function, or between any two of its instructions. */
#ifndef PROBE_RINGS_H
#define PROBE_RINGS_H

#include "user.h"

/* The scenarios, by file. */
void rings_arithmetic(void), rings_front(void), rings_back(void), rings_grants(void),
    rings_turns(void), rings_rules(void), rings_play(void);

#endif

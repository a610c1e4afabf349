/* long.h: how long does a call hold the processor? */
#ifndef ROGUE_LONG_H
#define ROGUE_LONG_H

#include "pv.h"

#define TICK 50000u /* less than one uninterrupted piece of work */

/** From now on there is an event every TICK instructions, if they are let in. */
void start_clock(void);
/** Since start_clock() there were `least` at least, and never more than `most` instructions without
 * one: that is the case's verdict. */
void stop_clock_at(u32 least, u32 most);
/** An event's handler: call `meanwhile`, this once. */
void once(u32 *frame);
extern void (*meanwhile)(void);

#endif

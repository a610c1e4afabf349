/*
 * time.h: time, from the time-stamp counter, and the one timer that everybody shares.
 *
 * System time is nanoseconds since the hypervisor started.
 */
#ifndef HV_TIME_H
#define HV_TIME_H

#include "dom/domain.h"

#define TICK_NS 10000000u /* the periodic virtual timer of a direct-mode guest: 100 Hz */

extern u32 cpu_khz; /* frequency of the time-stamp counter */
/** Measure the time-stamp counter against the 8254. @return its frequency in kHz. */
u32 time_init(void);
/** Nanoseconds since time_init(). */
u64 system_time(void);
/** Write what a direct-mode guest needs to compute system time itself (vcpu_info.time). */
void time_update_info(struct vcpu *v);
/** Set the real timer to the earliest thing that any domain waits for. */
void timer_rearm(void);
/** Set it to this system time, in ns. */
void timer_set(u64 at);
/** The same for a guest, unless it is about to interrupt anyhow: that is not put off, or who asks
 * for something all the time would never be interrupted. */
void timer_ask(u64 at);
/** It also interrupts at this system time, in ns. An alarm that nobody waits for any more may stay:
 * it comes to nothing, and costs less than a look at all domains. */
static inline void timer_before(u64 at)
{
	if (at < this_cpu.alarm)
		timer_set(at);
}
/** IRQ 0 has come: wake whoever waited for it. */
void timer_interrupt(void);

#endif

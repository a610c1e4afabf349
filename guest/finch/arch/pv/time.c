/*
 * time.c (pv): ticks out of the hypervisor's clock.
 *
 * A timer event only says that time may have passed: the hypervisor stops sending them while we
 * do not run. How much has passed, the time in shared_info tells.
 */
#include "hypercall.h"

#define TICK_NS (1000000000u / HZ)

static u64 last_tick; /* system time, ns */
static u64 alarm;     /* what was asked for last */

static u64 read_tsc(void)
{
	u64 tsc;

	asm volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

/* (delta << shift) * mul / 2^32, in the two halves that a 32-bit processor multiplies. */
static u64 scale(u64 delta, s8 shift, u32 mul)
{
	delta = shift < 0 ? delta >> -shift : delta << shift;
	return ((delta & 0xFFFFFFFF) * mul >> 32) + (delta >> 32) * mul;
}

u64 system_time(void)
{
	const volatile struct vcpu_time_info *t = &shared_page.info.vcpu_info[0].time;
	u32 version;
	u64 now;

	do {
		version = t->version;
		now = t->system_time +
		      scale(read_tsc() - t->tsc_timestamp, t->tsc_shift, t->tsc_to_system_mul);
	} while ((version & 1) || version != t->version);
	return now;
}

void time_init(void)
{
	last_tick = system_time();
}

void time_catch_up(void)
{
	u64 now = system_time();

	for (; now >= last_tick + TICK_NS; last_tick += TICK_NS)
		timer_tick();
}

void time_wake_me(void)
{
	u32 ticks = console_is_polled() ? 1 : ticks_to_wait();
	u64 next = last_tick + (u64)ticks * TICK_NS;

	/* An alarm that comes earlier does as well: whoever idles often asks for few. */
	if (alarm > system_time() && alarm <= next)
		return;
	alarm = next;
	hypercall(__HYPERVISOR_set_timer_op, (u32)next, (u32)(next >> 32), 0, 0);
}

/*[H51] vclock.c: system time in the units of the devices, without an error that grows. */
#include "dev/devices.h"

void vclock_init(struct vclock *c, u64 now)
{
	*c = (struct vclock){.base_ns = now, .origin = now};
}

void vclock_advance(struct vclock *c, u64 now)
{
	while (now >= c->base_ns + NS_PER_SECOND) {
		c->base_ns += NS_PER_SECOND;
		c->base_ticks += PIT_HZ;
		c->seconds++;
	}
}

u64 vclock_ticks(const struct vclock *c, u64 now)
{
	u64 part = now > c->base_ns ? (now - c->base_ns) * PIT_HZ : 0;

	div_u64(&part, NS_PER_SECOND);
	return c->base_ticks + part;
}

u64 vclock_ns(const struct vclock *c, u64 tick)
{
	u64 part = tick > c->base_ticks ? (tick - c->base_ticks) * NS_PER_SECOND + PIT_HZ - 1 : 0;

	div_u64(&part, PIT_HZ);
	return c->base_ns + part;
}

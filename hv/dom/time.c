/*[H19] time.c: system time from the time-stamp counter; the real timer as an alarm for all. */
#include "hw/pic.h"
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "dom/time.h"
#include "lib/div.h"
#include "trace/trace.h"

#define CALIBRATE_MS	2
#define CALIBRATE_TICKS 2386	 /* of the 8254 */
#define ONESHOT_MIN	2000	 /* ns: two of its ticks */
#define ONESHOT_MAX	50000000 /* ns: it counts to 65535 */

u32 cpu_khz;
static u64 tsc_start;
static u32 mul; /* ns = ((tsc << shift) * mul) >> 32, as in vcpu_time_info */
static s8 shift;

u32 time_init(void)
{
	u64 start = rdtsc(), quotient = (u64)1000000u << 32;
	u32 khz;

	pit_wait(CALIBRATE_TICKS);
	/* Rounded to whole MHz: crystals are, and a rounded figure is the same in every run. */
	khz = ((u32)(rdtsc() - start) / CALIBRATE_MS + 500) / 1000 * 1000;
	if (khz == 0)
		khz = 1000;
	cpu_khz = khz;
	/* mul = 2^32 * 10^6 / khz must stay below 2^32: slower clocks are shifted up first. */
	for (shift = 0; khz << shift <= 1000000u; shift++)
		;
	div_u64(&quotient, khz << shift);
	mul = quotient;
	tsc_start = rdtsc();
	this_cpu.alarm = SCHED_NEVER;
	return khz;
}

static u64 tsc_to_ns(u64 tsc)
{
	u32 low = tsc, high = tsc >> 32;

	asm("shldl %%cl, %1, %0\n\tshll %%cl, %1" : "+r"(high), "+r"(low) : "c"(shift) : "cc");
	return ((u64)low * mul >> 32) + (u64)high * mul;
}

u64 system_time(void)
{
	return tsc_to_ns(rdtsc() - tsc_start);
}

void time_update_info(struct vcpu *v)
{
	struct vcpu_time_info *t = &v->info->time;
	u64 now = rdtsc();

	t->version |= 1; /* odd: being written */
	asm volatile("" : : : "memory");
	t->tsc_timestamp = now;
	t->system_time = tsc_to_ns(now - tsc_start);
	t->tsc_to_system_mul = mul;
	t->tsc_shift = shift;
	asm volatile("" : : : "memory");
	t->version++;
}

/* Who waits for the processor looks at the clock when it gets it (schedule()). The alarm is for who
 * runs and who sleeps. */
static bool wants_alarm(const struct domain *d)
{
	const struct vcpu *v;

	for_each_vcpu(v, d) if (v == current || !v->unit.runnable) return !d->dying && !d->paused;
	return false;
}

static void program(u64 at, u64 now)
{
	this_cpu.alarm = at;
	if (at <= now)
		pit_oneshot(0);
	else
		pit_oneshot(at - now > ONESHOT_MAX ? ONESHOT_MAX : at - now);
}

void timer_set(u64 at)
{
	program(at, system_time());
}

void timer_ask(u64 at)
{
	u64 now = system_time();

	if (this_cpu.alarm > now + ONESHOT_MIN)
		program(at, now);
}

void timer_rearm(void)
{
	u64 at = this_cpu.slice_end, one;

	for (struct domain *d = domains; d; d = d->next) {
		one = wants_alarm(d) ? d->ops->deadline(d) : SCHED_NEVER;
		if (one < at)
			at = one;
	}
	if (at != SCHED_NEVER)
		timer_ask(at);
}

void timer_interrupt(void)
{
	u64 now = system_time();

	this_cpu.alarm = SCHED_NEVER;
	for (struct domain *d = domains; d; d = d->next)
		if (wants_alarm(d))
			d->ops->tick(d, now);
	if (now >= this_cpu.slice_end)
		vcpu_preempt(LOST_slice_over);
	timer_rearm();
}

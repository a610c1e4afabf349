/* share.c: the lives of share.h. */
#include "share.h"

#define PERIOD (10 * MS)
#define WORK   (1 * MS)

/* Each time it works until it has had its work's time by the clock, with or without others between.
 */
static void latency(u64 until)
{
	u64 start = now() + PERIOD, at = start;
	u32 wakes = 0, late, sum = 0, worst = 0;

	for (; at + PERIOD < until; at += PERIOD) {
		sleep_until(at);
		late = (u32)(now() - at) / 1000;
		sum += late;
		worst = late > worst ? late : worst;
		wakes++;
		while (now() < at + late * 1000 + WORK)
			;
	}
	print("latency: wakes=");
	print_number(wakes);
	print(" mean_us=");
	print_number(wakes ? sum / wakes : 0);
	print(" worst_us=");
	print_number(worst);
	print("\n");
	sleep_for_ever();
}

void live(const char *cmdline)
{
	u64 until = (u64)to_number(option(cmdline, "ms")) * MS;
	char role = *option(cmdline, "role");

	if (role == 'b')
		sleep_for_ever();
	if (role == 'l')
		latency(until);
	if (role == 't')
		timers(until);
	for (u32 n = 0; now() < until; n++)
		if (role == 'y')
			yield();
		else if (role == 'a')
			ask_timer(n / 256); /* the same for a while */
	end();
}

/*
 * spin.c: a kernel for a PC that does nothing but look at the time-stamp counter. Each time that it
 * has stood still, it writes down when it went on. Domain 0 maps that page (pair-bench.c).
 */
#include "../domains/pc.h"
#include "spin.h"

void main(const char *cmdline)
{
	volatile u32 *stamp = (volatile u32 *)SPIN_STAMPS;
	u32 last = 0, now, n = 0;

	(void)cmdline;
	for (;;) {
		asm volatile("rdtsc" : "=a"(now) : : "edx");
		if (now - last > SPIN_GAP)
			stamp[n++ % SPIN_NR] = now;
		last = now;
	}
}

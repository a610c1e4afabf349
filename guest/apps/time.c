/* time.c: time program arguments...: how long it ran, in ticks of 1/100 s and in cycles. */
#include "lib/lib.h"

static u64 cycles(void)
{
	u64 t;

	asm volatile("rdtsc" : "=A"(t));
	return t;
}

int main(int argc, char **argv)
{
	s32 start_ticks = ticks();
	u64 start = cycles();
	u32 status;

	if (argc < 2)
		die("time: which program?");
	status = run(argv[1], argv + 1);
	start = cycles() - start;
	/* In thousands: printf has no 64-bit numbers. */
	printf("time: %d ticks, %u thousand cycles\n", ticks() - start_ticks,
	       (u32)(start >> 10) + (u32)(start >> 10) / 1000 * 24);
	return (int)status;
}

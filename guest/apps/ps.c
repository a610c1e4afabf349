/* ps.c: the processes there are. */
#include "lib/lib.h"

int main(void)
{
	struct psinfo p;
	s32 found;

	printf("  PID  PPID S  TICKS PAGES NAME\n");
	for (u32 i = 0; (found = psinfo(i, &p)) >= 0; i++) {
		if (found)
			printf("%5u %5u %c %6u %5u %s\n", p.pid, p.ppid, p.state, p.ticks, p.pages,
			       p.name);
	}
	return 0;
}

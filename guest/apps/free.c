/* free.c: who has the memory, and what happened for it. */
#include "lib/lib.h"

int main(void)
{
	struct sysinfo i;

	sysinfo(&i);
	printf("memory: total %u KB, used %u, free %u, cache %u, balloon %u\n", i.total * 4,
	       (i.total - i.free - i.cached - i.balloon) * 4, i.free * 4, i.cached * 4,
	       i.balloon * 4);
	printf("swap: total %u KB, used %u; pages read %u, written %u\n", i.swap * 4,
	       i.swap_used * 4, i.ins, i.outs);
	printf("faults: %u; pages of files: %u were in the cache, %u not, %u given up\n", i.faults,
	       i.hits, i.misses, i.dropped);
	return 0;
}

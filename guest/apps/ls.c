/* ls.c: the files there are. */
#include "lib/lib.h"

int main(void)
{
	struct listing l;

	for (u32 i = 0; !list(i, &l); i++)
		printf("%8u %s\n", l.size, l.name);
	return 0;
}

/* sleep.c: sleep ticks: wait that many hundredths of a second. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	u32 n;

	if (argc != 2 || !whole_number(argv[1], 0x7FFFFFFF, &n)) {
		printf("usage: sleep TICKS\n");
		return 2;
	}
	return sleep(n) ? 1 : 0;
}

/* sleep.c: sleep ticks: wait that many hundredths of a second. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	return argc > 1 && sleep(atou(argv[1])) ? 1 : 0;
}

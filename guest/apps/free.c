/* free.c: how many frames nobody uses. */
#include "lib/lib.h"

int main(void)
{
	printf("free: %d frames\n", meminfo());
	return 0;
}

/* true.c: nothing, successfully. */
#include "lib/lib.h"

int main(void)
{
	return 0;
}

/* spin.c: compute forever, for whoever wants to kill something. */
#include "lib/lib.h"

int main(void)
{
	for (volatile u32 i = 0;; i++)
		;
}

/* sync.c: what was written is on the disk when this ends. */
#include "lib/lib.h"

int main(void)
{
	s32 err = sync();

	if (err)
		printf("sync: %s\n", why(err));
	return err != 0;
}

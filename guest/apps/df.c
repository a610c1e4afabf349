/* df.c: how much room the disk has. */
#include "lib/lib.h"

int main(void)
{
	struct room r;
	s32 err = room(&r);

	if (err) {
		printf("df: %s\n", why(err));
		return 1;
	}
	printf("%u KB, %u KB free\n", r.blocks * 4, r.left * 4);
	return 0;
}

/* swapon.c: a disk, or a part of one, for pages of programs for which there is no memory. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	struct sysinfo i;
	s32 err;

	if (argc != 2) {
		printf("usage: swapon hda|hdb|xvda[:START+SECTORS]\n");
		return 2;
	}
	err = swapon(argv[1]);
	if (err < 0) {
		printf("swapon: %s: %s\n", argv[1],
		       err == -EPERM ? "not in Domain 0, whose programs' pages have to stay"
		       : err == -EBUSY
			   ? "in use: all of it, or a part, is mounted, or there is swap already"
			   : why(err));
		return 1;
	}
	sysinfo(&i);
	printf("swapon: %s has room for %u KB\n", argv[1], i.swap * 4);
	return 0;
}

/* mkfs.c: an empty file system on a disk; what was there is gone. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	s32 err;

	if (argc != 2) {
		printf("usage: mkfs hda|hdb\n");
		return 2;
	}
	err = mkfs(argv[1]);
	if (!err)
		return 0;
	printf("mkfs: %s: %s\n", argv[1],
	       err == -EFBIG   ? "a disk for a file system has 256 KB to 1 GB"
	       : err == -EBUSY ? "in use: all of it, or a part, is mounted or swapped to"
			       : why(err));
	return 1;
}

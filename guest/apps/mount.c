/* mount.c: mount hda, mount -u, mkfs hda: a disk's file system comes, goes, or is made. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	s32 err;

	if (argc != 2) {
		printf("usage: mount hda|hdb, or mount -u\n");
		return 2;
	}
	err = strcmp(argv[1], "-u") ? mount(argv[1]) : umount();
	if (!err)
		return 0;
	printf("mount: %s: %s\n", argv[1],
	       err == -EBUSY
		   ? "in use: files are open, a disk is mounted already, or this one, or a "
		     "part of it, is swapped to"
		   : why(err));
	return 1;
}

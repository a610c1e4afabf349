/* ls.c: the files there are: those of the initrd, or `ls disk` those of the disk. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	bool disk = argc > 1;
	struct listing l;
	s32 err;

	if (disk && strcmp(argv[1], "disk") && strcmp(argv[1], "disk/") &&
	    strcmp(argv[1], "/disk")) {
		printf("ls: there are only the initrd's files, and disk\n");
		return 2;
	}
	for (u32 i = 0; !(err = list(i, &l, disk)); i++)
		printf("%8u %s\n", l.size, l.name);
	if (err == -ENOENT)
		return 0;
	printf("ls: %s\n", why(err));
	return 1;
}

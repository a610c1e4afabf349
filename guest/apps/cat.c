/* cat.c: files, or the input, to the output. */
#include "lib/lib.h"

static void copy(u32 fd)
{
	char buf[512];
	s32 n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		write(1, buf, (u32)n);
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc == 1)
		copy(0);
	for (int i = 1; i < argc; i++) {
		s32 fd = open(argv[i]);

		if (fd < 0) {
			printf("cat: %s: no such file\n", argv[i]);
			failed = 1;
			continue;
		}
		copy((u32)fd);
		close((u32)fd);
	}
	return failed;
}

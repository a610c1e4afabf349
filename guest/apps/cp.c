/* cp.c: copy one file to another; - is the input, or the output. */
#include "lib/lib.h"

static char buf[16384];

static s32 copy(u32 from, u32 to)
{
	s32 n, m;

	while ((n = read(from, buf, sizeof(buf))) > 0) {
		m = write(to, buf, (u32)n);
		if (m != n)
			return m < 0 ? m : -ENOSPC;
	}
	return n;
}

int main(int argc, char **argv)
{
	s32 from, to, err;

	if (argc != 3) {
		printf("usage: cp FROM TO\n");
		return 2;
	}
	from = strcmp(argv[1], "-") ? open(argv[1]) : 0;
	if (from < 0) {
		printf("cp: %s: %s\n", argv[1], why(from));
		return 1;
	}
	to = strcmp(argv[2], "-") ? creat(argv[2]) : 1;
	err = to < 0 ? to : copy((u32)from, (u32)to);
	if (!err)
		return 0;
	printf("cp: %s: %s\n", argv[2], why(err));
	return 1;
}

/* cmp.c: are two files the same? Exit code 0: yes, 1: no. */
#include "lib/lib.h"

static char a[8192], b[8192];

/* As many as there are, up to a whole buffer: a read may give fewer. */
static s32 fill(u32 fd, char *to)
{
	u32 n = 0;
	s32 got = 0;

	while (n < sizeof(a) && (got = read(fd, to + n, sizeof(a) - n)) > 0)
		n += (u32)got;
	return got < 0 ? got : (s32)n;
}

int main(int argc, char **argv)
{
	s32 fds[2], n, m;

	if (argc != 3) {
		printf("usage: cmp FILE FILE\n");
		return 2;
	}
	for (u32 i = 0; i < 2; i++) {
		fds[i] = open(argv[i + 1]);
		if (fds[i] < 0) {
			printf("cmp: %s: %s\n", argv[i + 1], why(fds[i]));
			return 2;
		}
	}
	for (u32 at = 0;; at += (u32)n) {
		n = fill((u32)fds[0], a);
		m = fill((u32)fds[1], b);
		if (n < 0 || m < 0) {
			printf("cmp: %s\n", why(n < 0 ? n : m));
			return 2;
		}
		for (u32 i = 0; i < (u32)n && i < (u32)m; i++) {
			if (a[i] == b[i])
				continue;
			printf("%s %s differ at byte %u\n", argv[1], argv[2], at + i);
			return 1;
		}
		if (n != m)
			printf("cmp: %s is shorter\n", argv[n < m ? 1 : 2]);
		if (n != m || !n)
			return n != m;
	}
}

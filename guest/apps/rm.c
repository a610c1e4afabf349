/* rm.c: remove files of the disk. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		s32 err = unlink(argv[i]);

		if (!err)
			continue;
		printf("rm: %s: %s\n", argv[i], why(err));
		failed = 1;
	}
	return failed;
}

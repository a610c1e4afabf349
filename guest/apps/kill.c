/* kill.c: kill [-signal] pid...: send a signal, SIGTERM unless told. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	u32 sig = SIGTERM, pid;
	int failed = argc < 2;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-') {
			if (!whole_number(argv[i] + 1, UINT32_MAX, &sig))
				sig = UINT32_MAX;
		} else if (!whole_number(argv[i], UINT32_MAX, &pid) || kill(pid, sig)) {
			printf("kill: %s: no such process, or no such signal\n", argv[i]);
			failed = 1;
		}
	}
	return failed;
}

/* kill.c: kill [-signal] pid...: send a signal, SIGTERM unless told. */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	u32 sig = SIGTERM;
	int failed = argc < 2;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-') {
			sig = atou(argv[i] + 1);
		} else if (kill(atou(argv[i]), sig)) {
			printf("kill: %s: no such process, or no such signal\n", argv[i]);
			failed = 1;
		}
	}
	return failed;
}

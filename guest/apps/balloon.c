/*
 * balloon.c: gives memory of this domain back, and asks for it again, as much as the hypervisor or
 * the store says; runs as long as the domain does: `balloon &`. `balloon -v` tells of each change.
 */
#include "lib/lib.h"

int main(int argc, char **argv)
{
	struct balloon_state s;
	bool tells = argc > 1 && !strcmp(argv[1], "-v");
	u32 told = ~0u;
	s32 fd = open("dev/balloon");

	if (fd < 0) {
		printf("balloon: %s\n",
		       fd == -EBUSY ? "there is one already" : "nobody here wants memory back");
		return 1;
	}
	while (read((u32)fd, &s, sizeof(s)) == sizeof(s)) {
		struct sysinfo i;

		sysinfo(&i);
		if (!tells || i.total - s.held != s.target || s.held == told)
			continue;
		told = s.held;
		printf("balloon: holds %u KB, so there are %u KB\n", s.held * 4, s.target * 4);
	}
	return 0;
}

/*
 * init.c: the first process: runs what scenario= on the kernel's command line names, and ends the
 * machine with its result. Its arguments are the words of that command line.
 */
#include "lib/lib.h"

static const struct {
	const char *scenario, *program;
} scenarios[] = {
    {"walk", "walk"},	/* one page fault, to be followed step by step */
    {"hello", "hello"}, /* processes, preemption, output in order */
    {"procs", "procs"}, /* memory of several processes at once */
    {"crash", "crash"}, /* a process that touches what it may not */
    {"gp", "gp"},	/* a process that uses a privileged instruction */
};

static void reap_orphans(void)
{
	while (waitpid(-1, NULL) > 0)
		;
}

int main(int argc, char **argv)
{
	const char *wanted = arg_value(argc, argv, "scenario"),
		   *seed = arg_value(argc, argv, "seed");

	signal(SIGINT, (handler_t)SIG_IGN);
	if (!wanted)
		wanted = "walk";
	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++) {
		char *args[] = {(char *)scenarios[i].program, (char *)(seed ? seed : "1"), NULL};
		u32 status;

		if (strcmp(scenarios[i].scenario, wanted))
			continue;
		status = run(args[0], args);
		reap_orphans();
		printf("init: scenario=%s status=%u\n", wanted, status);
		return (int)status;
	}
	printf("init: unknown scenario '%s'; there are:", wanted);
	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++)
		printf(" %s", scenarios[i].scenario);
	printf("\n");
	return 2;
}

/*
 * init.c: the first process: runs what scenario= on the kernel's command line names (a program, or
 * the shell's script NAME.sh, if there is one), and ends the machine with its result. Its arguments
 * are the words of that command line.
 */
#include "lib/lib.h"

static const struct {
	const char *scenario, *program;
} scenarios[] = {
    {"walk", "walk"},	      /* one page fault, to be followed step by step */
    {"hello", "hello"},	      /* processes, preemption, output in order */
    {"procs", "procs"},	      /* memory of several processes at once */
    {"crash", "crash"},	      /* a process that touches what it may not */
    {"gp", "gp"},	      /* privileged instructions in applications */
    {"shell", "sh"},	      /* for a person */
    {"forktest", "forktest"}, /* fork up to the limit */
    {"stress", "stress"},     /* memory against a model */
    {"signals", "signals"},   /* handlers, and the ends without one */
    {"segments", "segments"}, /* an application that spoils its segment registers */
    {"pipes", "pipes"},	      /* bytes through a chain of processes */
    {"calls", "calls"},	      /* system calls under interrupts */
    {"spin", "spin"},	      /* computes for ever */
    {"measure", "measure"},   /* when three operations begin and end, for lab 03 */
};

/* Whatever the scenario's program left running ends with it. */
static void end_orphans(void)
{
	struct psinfo p;
	s32 found;

	for (u32 i = 0; (found = psinfo(i, &p)) >= 0; i++) {
		if (found && p.pid != 1)
			kill(p.pid, SIGKILL);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* Ctrl-C is for what runs, not for init: and who ignores a signal hands that down. */
static u32 run_interruptible(char *const args[])
{
	u32 status = 127;
	s32 pid = fork();

	if (!pid) {
		signal(SIGINT, (handler_t)SIG_DFL);
		exec(args[0], args);
		exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static int run_scenario(const char *name, char *const args[])
{
	u32 status = run_interruptible(args);

	end_orphans();
	printf("init: scenario=%s status=%u\n", name, status);
	return (int)status;
}

/* The name of its script, or NULL if there is none. */
static char *script_of(const char *name)
{
	static char file[32];
	u32 n = strlen(name);
	s32 fd;

	if (n + sizeof(".sh") > sizeof(file))
		return NULL;
	strlcpy(file, name, sizeof(file));
	strlcpy(file + n, ".sh", sizeof(file) - n);
	fd = open(file);
	if (fd < 0)
		return NULL;
	close((u32)fd);
	return file;
}

/* net=DEVICE,ADDRESS/BITS,GATEWAY: the program `net` is told so. */
static void set_address(const char *words)
{
	static char text[64];
	char *args[5] = {"net", text};
	u32 n = 2;

	strlcpy(text, words, sizeof(text));
	for (char *s = text; *s && n < ARRAY_SIZE(args) - 1; s++) {
		if (*s == ',') {
			*s = '\0';
			args[n++] = s + 1;
		}
	}
	if (run(args[0], args))
		printf("init: net=%s: not done\n", words);
}

int main(int argc, char **argv)
{
	const char *wanted = arg_value(argc, argv, "scenario"),
		   *seed = arg_value(argc, argv, "seed");
	char *script[] = {"sh", "-f", NULL, NULL};

	signal(SIGINT, (handler_t)SIG_IGN);
	if (arg_value(argc, argv, "net"))
		set_address(arg_value(argc, argv, "net"));
	if (!wanted)
		wanted = "walk";
	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++) {
		char *args[] = {(char *)scenarios[i].program, (char *)(seed ? seed : "1"), NULL};

		if (!strcmp(scenarios[i].scenario, wanted))
			return run_scenario(wanted, args);
	}
	script[2] = script_of(wanted);
	if (script[2])
		return run_scenario(wanted, script);
	printf("init: unknown scenario '%s'; there are:", wanted);
	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++)
		printf(" %s", scenarios[i].scenario);
	printf("\n");
	return 2;
}

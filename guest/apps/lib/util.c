/* util.c: starting programs, and other habits that several applications share. */
#include "lib/lib.h"

u32 atou(const char *s)
{
	u32 n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (u32)(*s - '0');
	return n;
}

s32 spawn(const char *path, char *const argv[])
{
	s32 pid = fork();

	if (pid)
		return pid;
	exec(path, argv);
	printf("%s: not found\n", path);
	exit(127);
}

u32 run(const char *path, char *const argv[])
{
	u32 status = 0;
	s32 pid = spawn(path, argv);

	if (pid < 0)
		die("fork failed");
	waitpid(pid, &status, 0);
	return status;
}

void die(const char *what)
{
	printf("error: %s\n", what);
	exit(1);
}

u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

const char *arg_value(int argc, char **argv, const char *name)
{
	u32 n = strlen(name);

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], name, n) && argv[i][n] == '=')
			return argv[i] + n + 1;
	}
	return NULL;
}

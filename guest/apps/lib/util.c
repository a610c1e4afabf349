/* util.c: starting programs, and other habits that several applications share. */
#include "lib/lib.h"

const char *decimal(u32 n)
{
	static char digits[11];
	u32 at = sizeof(digits) - 1;

	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	return digits + at;
}

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

const char *why(s32 err)
{
	static const struct {
		s32 err;
		const char *text;
	} texts[] = {{ENOENT, "no such file"},
		     {EIO, "the disk failed"},
		     {EBADF, "not open for that"},
		     {ENOMEM, "out of memory"},
		     {EBUSY, "in use"},
		     {EEXIST, "exists already"},
		     {ENODEV, "no such disk, or none is mounted"},
		     {EINVAL, "not possible: a bad name, or no file system there"},
		     {EMFILE, "too many open files"},
		     {EFBIG, "too large"},
		     {ENOSPC, "the disk is full"},
		     {EROFS, "the initrd cannot be written: use disk/NAME"},
		     {E2BIG, "the name is too long"},
		     {ENETUNREACH, "no way there (net DEVICE ADDRESS/BITS GATEWAY)"},
		     {EHOSTUNREACH, "nobody there answers"},
		     {ENOSYS, "not there"}};

	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].err == -err)
			return texts[i].text;
	return "failed";
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

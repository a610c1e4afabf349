/* grader_command.c: what runs in confinement can hurt nobody, however it tries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "grade.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/grader_command-XXXXXX", *self_dir, output[4000];

static uid_t uid;

/* Run WORDS in confinement, its working directory /out writable. @return its status */
static long long memory;
static int confined(int wall, const char *const *words)
{
	struct mount mounts[] = {{dir, "/out", true}, {self_dir, "/self", false}};
	struct command c = {.argv = words,
			    .dir = "/out",
			    .mounts = mounts,
			    .nr_mounts = 2,
			    .cpu = 20,
			    .wall = wall,
			    .file = 1 << 20,
			    .memory = memory,
			    .uid = uid,
			    .output = output,
			    .output_size = sizeof(output)};

	return command_run(&c);
}
#define CONFINED(wall, ...) confined(wall, (const char *const[]){__VA_ARGS__, NULL})

/* Is there a process with this word in its command line? */
static bool alive(const char *word)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	bool found = false;

	while (!found && (e = readdir(proc))) {
		char *path = text("/proc/%s/cmdline", e->d_name), line[400] = "";
		FILE *f = e->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		size_t n = f ? fread(line, 1, sizeof(line) - 1, f) : 0;

		found = n && memmem(line, n, word, strlen(word));
		if (f)
			fclose(f);
		free(path);
	}
	closedir(proc);
	return found;
}

static bool gone_soon(const char *word)
{
	for (int i = 0; i < 600; i++) {
		if (!alive(word))
			return true;
		usleep(100000);
	}
	return false;
}

static void its_output_and_status_come_back(void **state)
{
	(void)state;
	assert_int_equal(CONFINED(20, "sh", "-c", "echo hello; exit 7"), 7);
	assert_string_equal(output, "hello\n");
	assert_int_equal(CONFINED(20, "sh", "-c", "echo kept >/out/file"), 0);
	char *path = text("%s/file", dir), *kept = read_file(path, 100, false);

	assert_string_equal(kept, "kept\n");
	free(path), free(kept);
}

static void it_sees_little_and_can_change_less(void **state)
{
	static const char *const refused[] = {"cat /etc/shadow",
					      "cat /etc/passwd",
					      "ls /root",
					      "ls /home",
					      "touch /usr/pwned",
					      "touch /self/pwned",
					      "mknod /tmp/d b 8 0",
					      "mount -t tmpfs x /out",
					      "kill -9 $PPID; ls /proc/2/root/root",
					      "echo x >/dev/tcp/127.0.0.1/22",
					      "chroot /tmp true"};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_int_not_equal(CONFINED(20, "bash", "-c", refused[i]), 0);
	assert_int_equal(CONFINED(20, "sh", "-c", "tail -n +3 /proc/net/dev | grep -v lo: | wc -l"),
			 0);
	assert_int_equal(atoi(output), 0);
}

/* This program, called so in the confinement: how many processes can there be? */
static void count_forks(void)
{
	int n = 0;

	while (n < 5000) {
		pid_t pid = fork();

		if (pid == 0)
			for (;;)
				pause();
		if (pid < 0)
			break;
		n++;
	}
	printf("%d\n", n);
	fflush(stdout);
	usleep(500000); /* another may be counting its own */
	_exit(0);	/* looking for leaks would want one more process */
}

static void its_processes_are_counted(void **state)
{
	(void)state;
	assert_int_equal(CONFINED(60, "/self/grader_command", "count-forks"), 0);
	assert_in_range(atoi(output), 20, 256);
	assert_true(gone_soon("count-forks"));
}

static void those_of_another_job_are_not(void **state)
{
	pid_t other = fork();
	int status;

	(void)state;
	uid += !other;
	status = CONFINED(60, "/self/grader_command", "count-forks");
	if (!other)
		_exit(status || atoi(output) < 200);
	assert_int_equal(status, 0);
	assert_in_range(atoi(output), 200, 256);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
}

static void a_fork_bomb_ends_with_its_time(void **state)
{
	double start = now();

	(void)state;
	CONFINED(3, "bash", "-c",
		 ": trapline-bomb; bomb() { bomb | bomb & }; bomb; wait; sleep 100");
	assert_true(now() - start < 60);
	assert_true(gone_soon("trapline-bomb"));
}

static void what_is_too_long_or_too_much_is_stopped(void **state)
{
	(void)state;
	assert_int_equal(CONFINED(1, "sleep", "1234567"), COMMAND_HUNG);
	assert_true(gone_soon("1234567"));
	assert_int_equal(CONFINED(60, "cat", "/dev/zero"), COMMAND_HUNG);
	assert_int_not_equal(CONFINED(20, "dd", "if=/dev/zero", "of=/out/big", "bs=1M", "count=2"),
			     0);
	assert_int_not_equal(
	    CONFINED(60, "dd", "if=/dev/zero", "of=/tmp/big", "bs=1M", "count=600"), 0);
}

/* What tlgrade itself needs until the command begins, is not the command's: whatever little its
 * heap, which is a sanitizer's, still has of some size. */
static void a_limit_of_memory_is_the_commands_alone(void **state)
{
	void *kept[600][8];

	(void)state;
	memory = 1ll << 30;
	for (size_t i = 0; i < 600; i++) {
		for (size_t k = 0; k < 8; k++)
			kept[i][k] = malloc(k % 2 ? 15 : 100);
		if (CONFINED(20, "true"))
			fail_msg("%zu: %s", i, output);
	}
	for (size_t i = 0; i < 600 * 8; i++)
		free(kept[i / 8][i % 8]);
	memory = 0;
}

/* Can commands be confined at all on this machine? Asked without our own code. */
static bool machine_confines(void)
{
	return !system(getuid() ? "bwrap --unshare-all --ro-bind / / true"
				: "bwrap --unshare-pid --unshare-net --ro-bind / / true");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(its_output_and_status_come_back),
	    cmocka_unit_test(it_sees_little_and_can_change_less),
	    cmocka_unit_test(its_processes_are_counted),
	    cmocka_unit_test(those_of_another_job_are_not),
	    cmocka_unit_test(a_fork_bomb_ends_with_its_time),
	    cmocka_unit_test(what_is_too_long_or_too_much_is_stopped),
	    cmocka_unit_test(a_limit_of_memory_is_the_commands_alone),
	};
	int rc;

	if (argc > 1)
		count_forks();
	if (!machine_confines()) {
		printf("ok 1 - what is confined can hurt nobody # SKIP\n"
		       "# | SKIP: nothing can be confined here (a container or chroot must be "
		       "allowed to make namespaces)\n");
		return 0;
	}
	if (!mkdtemp(dir))
		return 1;
	uid = 60000 + (uid_t)getpid() % 4999;
	self_dir = realpath(argv[0], NULL);
	*strrchr(self_dir, '/') = '\0';
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	remove_tree(dir);
	free(self_dir);
	return rc;
}

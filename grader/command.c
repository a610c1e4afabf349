/*
 * command.c: running a command within limits, and if it deals with what a student sent, within
 * bubblewrap: no network, a system that cannot be written, a /tmp of its own, nobody else's
 * processes. It sees only /usr and the directories that it is given.
 */
#include "grade.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORDS  128
#define MAX_OUTPUT (64 << 20) /* who prints more is ended */
#define GRACE	   2	      /* seconds to end in, when asked */

struct words {
	const char *at[MAX_WORDS];
	size_t nr;
};

static void add(struct words *w, const char *s)
{
	if (w->nr == MAX_WORDS - 1)
		die("too many words in a command");
	w->at[w->nr++] = s;
	w->at[w->nr] = NULL;
}

#define NOBODY 65534

static void add_all(struct words *w, const char *const *list)
{
	for (; *list; list++)
		add(w, *list);
}

/*
 * A limit on processes counts those of one user, and does not bind root. So root's commands become
 * another's, each job's its own, for else one could leave no processes to the next; everybody
 * else's get a user namespace, in which the count begins anew. Hence the limit is set within.
 */
static void confine(struct words *w, const struct command *c)
{
	static const char *const apart[] = {"bwrap", "--unshare-all", NULL};
	static const char *const apart_of_root[] = {"bwrap",
						    "--unshare-ipc",
						    "--unshare-pid",
						    "--unshare-net",
						    "--unshare-uts",
						    "--unshare-cgroup-try",
						    NULL};
	static const char *const drop[] = {"--clear-groups", "--no-new-privs", NULL};
	static const char *const few[] = {"prlimit", "--nproc=256", "--", NULL};
	static const char *const fixed[] = {"--die-with-parent",
					    "--new-session",
					    "--clearenv",
					    "--setenv",
					    "PATH",
					    "/usr/bin:/bin",
					    "--setenv",
					    "LC_ALL",
					    "C",
					    "--setenv",
					    "HOME",
					    "/tmp",
					    "--ro-bind",
					    "/usr",
					    "/usr",
					    "--symlink",
					    "usr/lib",
					    "/lib",
					    "--symlink",
					    "usr/lib32",
					    "/lib32",
					    "--symlink",
					    "usr/lib64",
					    "/lib64",
					    "--symlink",
					    "usr/bin",
					    "/bin",
					    "--proc",
					    "/proc",
					    "--dev",
					    "/dev",
					    "--perms",
					    "1777",
					    "--size",
					    "536870912",
					    "--tmpfs",
					    "/tmp",
					    NULL};
	/* What tltrace draws has letters; and awk is a link by way of the alternatives. */
	static const char *const etc[] = {"--perms",
					  "0755",
					  "--dir",
					  "/etc",
					  "--ro-bind-try",
					  "/etc/fonts",
					  "/etc/fonts",
					  "--ro-bind-try",
					  "/etc/alternatives",
					  "/etc/alternatives",
					  NULL};
	uid_t uid = c->uid ? c->uid : NOBODY;
	bool root = geteuid() == 0;

	add_all(w, root ? apart_of_root : apart);
	add_all(w, fixed);
	add_all(w, etc);
	for (size_t i = 0; i < c->nr_mounts; i++) {
		if (root && c->mounts[i].writable && chown(c->mounts[i].outside, uid, uid))
			_exit(127);
		add(w, c->mounts[i].writable ? "--bind" : "--ro-bind");
		add(w, c->mounts[i].outside);
		add(w, c->mounts[i].inside);
	}
	add(w, "--chdir");
	add(w, c->dir);
	if (root) {
		add(w, "setpriv");
		add(w, text("--reuid=%u", uid));
		add(w, text("--regid=%u", uid));
		add_all(w, drop);
	}
	add_all(w, few);
}

static void limit(int what, long long to)
{
	struct rlimit r = {(rlim_t)to, (rlim_t)to};

	if (to)
		setrlimit(what, &r);
}

void die_with(pid_t parent, int signal)
{
	prctl(PR_SET_PDEATHSIG, signal);
	if (getppid() != parent)
		_exit(1);
}

/*
 * Between us and the command are up to four programs, and any of them may fail. The last says that
 * it has come so far, where the command itself cannot: an exit code would not tell, for a guest can
 * make its emulator end with any.
 */
#define BEGUN 3
static const char *const begin[] = {"sh", "-c", "echo >&3; exec \"$@\" 3>&-", "sh", NULL};

static void __attribute__((noreturn))
child(const struct command *c, int out, int begun, pid_t parent)
{
	struct words w = {.nr = 0};
	int null = open("/dev/null", O_RDONLY);

	die_with(parent, SIGKILL);
	setsid();
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	dup2(begun, BEGUN);
	fcntl(BEGUN, F_SETFD, 0); /* if it was that already */
	if (c->mounts)
		confine(&w, c);
	else if (c->dir && chdir(c->dir))
		_exit(127);
	add_all(&w, begin);
	add_all(&w, c->argv);
	/* From here on nothing may be allocated: our own heap may not fit in. */
	limit(RLIMIT_CPU, c->cpu);
	limit(RLIMIT_FSIZE, c->file);
	limit(RLIMIT_AS, c->memory);
	execvp(w.at[0], (char *const *)w.at);
	dprintf(2, "tlgrade: cannot start %s: %s\n", w.at[0], strerror(errno));
	_exit(127);
}

/* The signals by which we are asked to end, while a command runs. */
static volatile sig_atomic_t stopped;
static void stop(int signal)
{
	stopped = signal;
}

static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
#define NR_STOPS (sizeof(stops) / sizeof(stops[0]))

static void await_stops(struct sigaction *old)
{
	const struct sigaction act = {.sa_handler = stop};

	for (size_t i = 0; i < NR_STOPS; i++) {
		sigaction(stops[i], NULL, &old[i]);
		if (old[i].sa_handler != SIG_IGN)
			sigaction(stops[i], &act, NULL);
	}
}

static void obey_stops(const struct sigaction *old)
{
	for (size_t i = 0; i < NR_STOPS; i++)
		sigaction(stops[i], &old[i], NULL);
	if (stopped)
		raise(stopped);
}

/* Read what it prints, until it has ended (what it leaves behind may still hold the pipe), has
 * printed too much, its time is over, or ours. @return false if it must be ended */
static bool follow(const struct command *c, int in, pid_t pid, int *status)
{
	double end = now() + c->wall;
	size_t kept = 0, all = 0;
	bool over = false;
	char buffer[65536];

	for (;;) {
		struct pollfd p = {in, POLLIN, 0};
		ssize_t n = 0;

		if (poll(&p, 1, 20) > 0) {
			n = read(in, buffer, sizeof(buffer));
			for (ssize_t i = 0; i < n && c->output; i++) {
				if (kept + 1 == c->output_size && !c->output_end)
					break;
				if (kept + 1 == c->output_size) {
					kept /= 2;
					memmove(c->output, c->output + c->output_size - 1 - kept,
						kept);
				}
				c->output[kept++] = buffer[i];
			}
			if (c->output)
				c->output[kept] = '\0';
			all += n > 0 ? (size_t)n : 0;
		}
		if (over && n <= 0)
			return true;
		if (!over)
			over = waitpid(pid, status, WNOHANG) == pid;
		if ((c->wall && now() > end) || all > MAX_OUTPUT || stopped)
			return over;
	}
}

/* Asked to end, a command may have something to clear away; then whatever is left of it goes. */
static void end(pid_t pid, int *status)
{
	double end = now() + GRACE;

	kill(-pid, SIGTERM);
	while (waitpid(pid, status, WNOHANG) == 0 && now() < end)
		usleep(10000);
	kill(-pid, SIGKILL);
	waitpid(pid, status, 0);
}

int command_run(const struct command *c)
{
	struct sigaction old[NR_STOPS];
	int fd[2], begun[2], status = 0;
	bool ended, has_begun;
	char mark;
	pid_t self = getpid(), pid;

	if (c->output)
		c->output[0] = '\0';
	if (pipe2(fd, O_CLOEXEC) || pipe2(begun, O_CLOEXEC | O_NONBLOCK))
		die("pipe: %s", strerror(errno));
	await_stops(old);
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid == 0)
		child(c, fd[1], begun[1], self);
	close(fd[1]), close(begun[1]);
	ended = follow(c, fd[0], pid, &status);
	if (ended)
		kill(-pid, SIGKILL); /* whatever it started */
	else
		end(pid, &status);
	obey_stops(old);
	has_begun = read(begun[0], &mark, 1) == 1;
	close(fd[0]), close(begun[0]);
	if (!has_begun)
		return COMMAND_LOST;
	if (!ended)
		return COMMAND_HUNG;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void confinement_check(void)
{
	static const char *const argv[] = {"true", NULL};
	char output[400];
	struct mount none;
	struct command c = {.argv = argv,
			    .dir = "/",
			    .mounts = &none,
			    .nr_mounts = 0,
			    .wall = 20,
			    .output = output,
			    .output_size = sizeof(output)};

	if (command_run(&c))
		die("nothing can be confined on this machine:\n%s\n"
		    "(a container or chroot must be allowed to make namespaces)",
		    output);
}

/*
 * icount.c: a plugin of QEMU that counts the instructions of a run: a witness of time that no
 * hypervisor can forge. What a trace says of time, its time stamps, are the student's own code's.
 *
 *   qemu-system-i386 -plugin icount.so,from=0x100000,out=FILE
 *
 * Counted are those from the first at that address on, the guest kernel's entry, to the end, of all
 * rings. FILE then has the number, 0 if the guest has never begun.
 *
 * A processor that is halted with no interrupt to come would hold the run for as long as it may
 * last, at little cost of CPU time: QEMU lets the machine's clock run on. So a machine that carries
 * out no instruction for some time is ended, and FILE says "still". It is not time on the wall that
 * tells, for on a busy machine QEMU may not get any.
 *
 * Debian has no package with QEMU's header for plugins
 * (docs/devel/tcg-plugins.rst of QEMU 7.2), so what is used of it is declared here.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXPORT		__attribute__((visibility("default")))
#define INLINE_ADD_U64	0 /* enum qemu_plugin_op */
#define PLUGIN_VERSION	1
#define MAX_PLUGIN_PATH 4096
#define LOOK_EVERY	250000 /* microseconds */
#define MOST_ASLEEP	16     /* looks at which all slept */
#define MOST_CPU	2.0    /* seconds of CPU time without an instruction */

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*tb_callback)(plugin_id id, struct qemu_plugin_tb *tb);
typedef void (*end_callback)(plugin_id id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, tb_callback f);
void qemu_plugin_register_atexit_cb(plugin_id id, end_callback f, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op, void *at,
						uint64_t n);

EXPORT int qemu_plugin_version = PLUGIN_VERSION;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

static volatile uint64_t count;
static uint64_t from;
static bool begun;
static volatile bool still;
static char out[MAX_PLUGIN_PATH];

/* Each instruction, not each block of them: a block that faults in the middle is begun again. */
static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	if (!begun && qemu_plugin_tb_vaddr(tb) == from) {
		begun = true;
		count = 0;
	}
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(tb, i),
							   INLINE_ADD_U64, (void *)&count, 1);
}

static void ended(plugin_id id, void *data)
{
	FILE *f = fopen(out, "w");

	(void)id, (void)data;
	if (!f)
		return;
	fprintf(f, "%" PRIu64 "%s\n", begun ? count : 0, still ? " still" : "");
	fclose(f);
}

/* Are all threads but this one asleep? What is not, runs or would like to. */
static bool all_sleep(void)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	bool sleep = true;

	while (d && (e = readdir(d))) {
		char path[300], line[300], *end;
		FILE *f;

		if (e->d_name[0] == '.' || atoi(e->d_name) == gettid())
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%s/stat", e->d_name);
		f = fopen(path, "r");
		if (f && fgets(line, sizeof(line), f) && (end = strrchr(line, ')')))
			sleep &= end[2] == 'S';
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	return sleep;
}

static double cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *watch(void *unused)
{
	uint64_t last = 0;
	double since = cpu_time();
	int asleep = 0;

	for (;; usleep(LOOK_EVERY)) {
		if (count != last || !count) {
			last = count;
			since = cpu_time();
			asleep = 0;
		}
		asleep = all_sleep() ? asleep + 1 : 0;
		if (asleep < MOST_ASLEEP && cpu_time() - since < MOST_CPU)
			continue;
		still = true;
		kill(getpid(), SIGTERM);
		return unused;
	}
}

static void start_watch(void)
{
	sigset_t all, old;
	pthread_t thread;

	/* QEMU's signals are its own threads' business. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pthread_create(&thread, NULL, watch, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "from=", 5))
			from = strtoull(argv[i] + 5, NULL, 0);
		else if (!strncmp(argv[i], "out=", 4))
			snprintf(out, sizeof(out), "%s", argv[i] + 4);
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	start_watch();
	return 0;
}

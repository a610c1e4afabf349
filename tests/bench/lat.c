/*
 * lat.c: what an operating system's services cost, by the rows of lmbench that the Xen paper
 * (SOSP 2003, tables 3 to 5) shows: run as the first process, on the bare machine and in domains.
 *
 * Each row is the median of many samples, in cycles of the time-stamp counter, which under the
 * bench's emulator are instructions. What measuring costs is subtracted where it is not small.
 */
#include "lib/lib.h"

#define REPEATS	    31
#define PAGE	    4096u
#define REGION	    0x40000000u /* 4 MB with one page table */
#define REGION_SIZE 0x400000u
#define MAP_PAGES   64u
#define QUIT	    'q'

static u32 samples[REPEATS], nr_samples;
static volatile u32 signals;
static volatile u64 signal_time;

static u64 now(void)
{
	u64 t;

	asm volatile("rdtsc" : "=A"(t) : : "memory");
	return t;
}

static void sample(u64 since)
{
	u32 t = now() - since, i;

	if (nr_samples == REPEATS)
		return;
	for (i = nr_samples++; i > 0 && samples[i - 1] > t; i--)
		samples[i] = samples[i - 1];
	samples[i] = t;
}

static u32 median(void)
{
	u32 m = samples[nr_samples / 2];

	nr_samples = 0;
	return m;
}

static u32 overhead(void)
{
	for (u32 i = 0; i < REPEATS; i++)
		sample(now());
	return median();
}

static void report(const char *row, u32 n)
{
	printf("bench %s=%u\n", row, n);
}

static void check(s32 err, const char *what)
{
	if (err < 0)
		die(what);
}

static void null_call(void)
{
	for (u32 i = 0; i < REPEATS; i++) {
		u64 t = now();

		getpid();
		sample(t);
	}
	report("null_call", median() - overhead());
}

static void on_signal(u32 sig, u32 address)
{
	(void)sig;
	(void)address;
	signals++;
}

/* Sent to oneself: the system call, the handler, and the return. */
static void signal_row(void)
{
	u32 pid = (u32)getpid();

	check(signal(SIGUSR1, on_signal), "signal");
	for (u32 i = 0; i < REPEATS; i++) {
		u64 t = now();

		kill(pid, SIGUSR1);
		sample(t);
	}
	if (signals != REPEATS)
		die("signals lost");
	report("signal", median() - overhead());
}

/* The child ends at once, the parent waits for it. */
static void fork_row(void)
{
	for (u32 i = 0; i < REPEATS; i++) {
		u64 t = now();
		s32 pid = fork();

		if (!pid)
			exit(0);
		check(pid, "fork");
		waitpid(pid, NULL, 0);
		sample(t);
	}
	report("fork", median());
}

/* The child becomes another program, which ends at once: this one, by its argument. */
static void exec_row(void)
{
	char *args[] = {"lat", "end", NULL};

	for (u32 i = 0; i < REPEATS; i++) {
		u64 t = now();

		if (run(args[0], args))
			die("exec");
		sample(t);
	}
	report("exec", median());
}

/* A shell that reads one command from a pipe and runs it; its prompts go into another. */
static void sh_row(void)
{
	static const char line[] = "lat end\n";
	char *args[] = {"sh", NULL};
	char prompts[16];

	for (u32 i = 0; i < REPEATS; i++) {
		u64 t = now();
		u32 in[2], out[2];
		s32 pid;

		check(pipe(in), "pipe");
		check(pipe(out), "pipe");
		write(in[1], line, sizeof(line) - 1);
		pid = fork();
		if (!pid) {
			dup2(in[0], 0);
			dup2(out[1], 1);
			for (u32 k = 0; k < 2; k++) {
				close(in[k]);
				close(out[k]);
			}
			exec(args[0], args);
			exit(127);
		}
		close(in[0]);
		close(in[1]);
		close(out[1]);
		waitpid(pid, NULL, 0);
		while (read(out[0], prompts, sizeof(prompts)) > 0)
			;
		close(out[0]);
		sample(t);
	}
	report("sh", median());
}

static void pass_on(u32 from, u32 to)
{
	char token;

	do {
		if (read(from, &token, 1) != 1 || write(to, &token, 1) != 1)
			exit(1);
	} while (token != QUIT);
	exit(0);
}

/* A byte goes round a ring of n processes through pipes. What the pipes cost is measured in one
 * process alone, and subtracted. */
static void switch_row(const char *row, u32 n)
{
	u32 first[2], last[2], next[2], alone;
	char token = 't';

	check(pipe(first), "pipe");
	for (u32 i = 0; i < REPEATS; i++) {
		u64 t = now();

		write(first[1], &token, 1);
		read(first[0], &token, 1);
		sample(t);
	}
	alone = median();
	last[0] = first[0];
	for (u32 i = 1; i < n; i++) {
		s32 pid;

		check(pipe(next), "pipe");
		pid = fork();
		check(pid, "fork");
		if (!pid)
			pass_on(last[0], next[1]);
		close(last[0]);
		close(next[1]);
		last[0] = next[0];
	}
	for (u32 i = 0; i < REPEATS; i++) {
		u64 t = now();

		write(first[1], &token, 1);
		read(last[0], &token, 1);
		sample(t);
	}
	token = QUIT;
	write(first[1], &token, 1);
	while (waitpid(-1, NULL, 0) > 0)
		;
	close(first[1]);
	close(last[0]);
	report(row, median() / n - alone);
}

static void touch(u32 va)
{
	*(volatile u32 *)va = 1;
}

/* Map, touch and unmap. */
static void mmap_row(void)
{
	for (u32 i = 0; i < REPEATS; i++) {
		u64 t = now();
		s32 va = mmap(0, MAP_PAGES * PAGE, PROT_READ | PROT_WRITE);

		for (u32 k = 0; k < MAP_PAGES; k++)
			touch((u32)va + k * PAGE);
		munmap((u32)va, MAP_PAGES * PAGE);
		sample(t);
	}
	report("mmap", median());
}

/* Each time that the handler returns, the same write faults again. */
static void on_fault(u32 sig, u32 address)
{
	(void)sig;
	sample(signal_time);
	if (nr_samples == REPEATS)
		mprotect(address & ~(PAGE - 1), PAGE, PROT_READ | PROT_WRITE);
	signal_time = now();
}

static void protection_fault(void)
{
	check(mmap(REGION, PAGE, PROT_READ | PROT_WRITE | MAP_FIXED) < 0 ? -1 : 0, "mmap");
	touch(REGION);
	check(mprotect(REGION, PAGE, PROT_READ), "mprotect");
	check(signal(SIGSEGV, on_fault), "signal");
	signal_time = now();
	touch(REGION);
	signal(SIGSEGV, (handler_t)SIG_DFL);
	munmap(REGION, PAGE);
	report("protection_fault", median() - overhead());
}

/* The first touch of a page whose page table is there: the walkthrough's fault. */
static void page_fault(void)
{
	check(mmap(REGION, REGION_SIZE, PROT_READ | PROT_WRITE | MAP_FIXED) < 0 ? -1 : 0, "mmap");
	touch(REGION);
	for (u32 i = 1; i <= REPEATS; i++) {
		u64 t = now();

		touch(REGION + i * PAGE);
		sample(t);
	}
	munmap(REGION, REGION_SIZE);
	report("page_fault", median() - overhead());
}

static void switch_2p(void)
{
	switch_row("switch_2p", 2);
}

static void switch_16p(void)
{
	switch_row("switch_16p", 16);
}

static const struct {
	const char *name;
	void (*measure)(void);
} rows[] = {
    {"null_call", null_call},	{"signal", signal_row}, {"fork", fork_row},
    {"exec", exec_row},		{"sh", sh_row},		{"switch_2p", switch_2p},
    {"switch_16p", switch_16p}, {"mmap", mmap_row},	{"protection_fault", protection_fault},
    {"page_fault", page_fault},
};

/* scenario=ROW on the kernel's command line: only that one, for a profile. */
int main(int argc, char **argv)
{
	const char *only = arg_value(argc, argv, "scenario");
	bool known = false;

	if (argc > 1 && !strcmp(argv[1], "end"))
		return 0;
	for (u32 i = 0; only && i < ARRAY_SIZE(rows); i++)
		known |= !strcmp(only, rows[i].name);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (!known || !strcmp(only, rows[i].name))
			rows[i].measure();
	report("end", 1);
	return 0;
}

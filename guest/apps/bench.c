/*
 * bench.c: what the operations of a system cost, after lmbench's rows (McVoy and Staelin, 1996),
 * in cycles each, which an emulator that counts instructions makes instructions. bench [row]
 */
#include "lib/lib.h"

#define BASE  0x44000000u
#define PAGE  4096u
#define PAGES 256u
#define RING  16u

static u32 tsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return low; /* no row takes 2^32 cycles */
}

static void nothing(u32 sig, u32 address)
{
	(void)sig;
	(void)address;
}

static u32 null_call(u32 n)
{
	u32 start = tsc();

	for (u32 i = 0; i < n; i++)
		getppid();
	return tsc() - start;
}

static u32 signal_install(u32 n)
{
	u32 start = tsc();

	for (u32 i = 0; i < n; i++)
		signal(SIGUSR1, nothing);
	return tsc() - start;
}

static u32 signal_handle(u32 n)
{
	u32 pid = (u32)getpid(), start;

	signal(SIGUSR1, nothing);
	start = tsc();
	for (u32 i = 0; i < n; i++)
		kill(pid, SIGUSR1);
	return tsc() - start;
}

static u32 start_and_wait(u32 n, char *const argv[])
{
	u32 start = tsc();

	for (u32 i = 0; i < n; i++) {
		s32 pid = fork();

		if (!pid) {
			if (argv)
				exec(argv[0], argv);
			exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	return tsc() - start;
}

static u32 fork_exit(u32 n)
{
	return start_and_wait(n, NULL);
}

static u32 fork_exec(u32 n)
{
	return start_and_wait(n, (char *[]){"true", NULL});
}

static u32 fork_sh(u32 n)
{
	return start_and_wait(n, (char *[]){"sh", "-c", "true", NULL});
}

/* A token goes round a ring of processes, this one among them: n steps in all. */
static u32 token_ring(u32 n, u32 members)
{
	u32 first[2], fds[2], in, start, rounds = n / members;
	u8 token = 1;

	pipe(first);
	in = first[0];
	for (u32 i = 1; i < members; i++) {
		pipe(fds);
		if (!fork()) {
			close(first[1]);
			close(fds[0]);
			while (read(in, &token, 1) == 1)
				write(fds[1], &token, 1);
			exit(0);
		}
		close(in);
		close(fds[1]);
		in = fds[0];
	}
	start = tsc();
	for (u32 i = 0; i < rounds; i++) {
		write(first[1], &token, 1);
		read(in, &token, 1);
	}
	start = tsc() - start;
	close(first[1]);
	close(in);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return start;
}

static u32 switch_2p(u32 n)
{
	return token_ring(n, 2);
}

static u32 switch_16p(u32 n)
{
	return token_ring(n, RING);
}

static void map(void)
{
	if (mmap(BASE, PAGES * PAGE, PROT_READ | PROT_WRITE | MAP_FIXED) < 0)
		die("bench: mmap failed");
}

static void touch_all(void)
{
	for (u32 p = 0; p < PAGES; p++)
		*(volatile u32 *)(BASE + p * PAGE) = p;
}

/* Map 1 MB, use every tenth page, unmap. */
static u32 map_use_unmap(u32 n)
{
	u32 start = tsc();

	for (u32 i = 0; i < n; i++) {
		map();
		for (u32 p = 0; p < PAGES; p += 10)
			*(volatile u32 *)(BASE + p * PAGE) = p;
		munmap(BASE, PAGES * PAGE);
	}
	return tsc() - start;
}

/* A write that is not allowed, to the handler and back to where the instruction is skipped. */
static void skip(u32 sig, u32 address)
{
	(void)sig;
	mprotect(address & ~(PAGE - 1), PAGE, PROT_READ | PROT_WRITE);
}

static u32 protection_fault(u32 n)
{
	u32 total = 0;

	map();
	touch_all();
	signal(SIGSEGV, skip);
	for (u32 i = 0; i < n; i++) {
		u32 start;

		mprotect(BASE, PAGE, PROT_READ);
		start = tsc();
		*(volatile u32 *)BASE = i;
		total += tsc() - start;
	}
	signal(SIGSEGV, (handler_t)SIG_DFL);
	munmap(BASE, PAGES * PAGE);
	return total;
}

static u32 page_fault(u32 n)
{
	u32 total = 0;

	for (u32 i = 0; i < n; i += PAGES) {
		u32 start;

		map();
		*(volatile u32 *)(BASE + PAGES * PAGE - PAGE) = 0;
		munmap(BASE, PAGES * PAGE); /* the page table stays */
		map();
		start = tsc();
		touch_all();
		total += tsc() - start;
		munmap(BASE, PAGES * PAGE);
	}
	return total;
}

static const struct {
	const char *name;
	u32 (*measure)(u32 n);
	u32 n;
} rows[] = {
    {"null-call", null_call, 2000},
    {"signal-install", signal_install, 1000},
    {"signal-handle", signal_handle, 500},
    {"fork", fork_exit, 50},
    {"exec", fork_exec, 50},
    {"sh", fork_sh, 20},
    {"switch-2p", switch_2p, 1000},
    {"switch-16p", switch_16p, 1600},
    {"mmap", map_use_unmap, 20},
    {"protection-fault", protection_fault, 200},
    {"page-fault", page_fault, 512},
};

int main(int argc, char **argv)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 cycles;

		/* Any other argument, such as init's seed, means all. */
		if (argc > 1 && (argv[1][0] < '0' || argv[1][0] > '9') &&
		    strcmp(argv[1], rows[i].name))
			continue;
		rows[i].measure(rows[i].n / 10); /* warm */
		cycles = rows[i].measure(rows[i].n);
		printf("bench: row=%s n=%u cycles=%u\n", rows[i].name, rows[i].n,
		       cycles / rows[i].n);
	}
	return 0;
}

/*
 * signals.c: handlers: for a fault that they repair and retry, for a signal from a process, and
 * what happens where there is none.
 */
#include "lib/lib.h"

#define BASE 0x48000000u
#define PAGE 4096u

static u32 faults, last_address, caught;

/* The application as its own pager: give the page, or the right to write it, and retry. */
static void repair(u32 sig, u32 address)
{
	u32 page = address & ~(PAGE - 1);

	(void)sig;
	faults++;
	last_address = address;
	if (mprotect(page, PAGE, PROT_READ | PROT_WRITE))
		mmap(page, PAGE, PROT_READ | PROT_WRITE | MAP_FIXED);
}

static void count(u32 sig, u32 address)
{
	(void)address;
	caught = caught * 100 + sig;
}

static volatile u32 *word(u32 offset)
{
	return (volatile u32 *)(BASE + offset);
}

static u32 check(const char *what, bool ok)
{
	printf("signals: %s %s\n", what, ok ? "ok" : "WRONG");
	return !ok;
}

static u32 status_of(void (*attempt)(void))
{
	u32 status = 0;
	s32 pid = fork();

	if (!pid) {
		attempt();
		exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void divide(void)
{
	asm volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" : : : "eax", "ecx", "edx");
}

static void invalid(void)
{
	asm volatile("ud2");
}

static void terminate(void)
{
	kill((u32)getpid(), SIGTERM);
}

static void ignore_and_go_on(void)
{
	signal(SIGTERM, (handler_t)SIG_IGN);
	kill((u32)getpid(), SIGTERM);
	exit(7);
}

static void write_to_nobody(void)
{
	u32 fds[2];

	pipe(fds);
	close(fds[0]);
	write(fds[1], "x", 1);
}

int main(void)
{
	u32 wrong = 0;

	signal(SIGSEGV, repair);
	*word(12) = 5;
	wrong += check("unmapped", faults == 1 && last_address == BASE + 12 && *word(12) == 5);
	mprotect(BASE, PAGE, PROT_READ);
	*word(16) = 6;
	wrong += check("read-only", faults == 2 && *word(16) == 6 && *word(12) == 5);
	for (u32 i = 1; i <= 20; i++)
		*word(i * PAGE) = i;
	wrong += check("repeated", faults == 22 && *word(20 * PAGE) == 20);
	signal(SIGSEGV, (handler_t)SIG_DFL);

	signal(SIGUSR1, count);
	signal(SIGUSR2, count);
	kill((u32)getpid(), SIGUSR1);
	kill((u32)getpid(), SIGUSR2);
	wrong += check("from a process", caught == SIGUSR1 * 100 + SIGUSR2);

	wrong += check("divide error", status_of(divide) == STATUS_SIGNAL + SIGFPE);
	wrong += check("invalid opcode", status_of(invalid) == STATUS_SIGNAL + SIGILL);
	wrong += check("SIGTERM", status_of(terminate) == STATUS_SIGNAL + SIGTERM);
	wrong += check("ignored", status_of(ignore_and_go_on) == 7);
	wrong += check("SIGPIPE", status_of(write_to_nobody) == STATUS_SIGNAL + SIGPIPE);
	return wrong != 0;
}

/* gp.c: privileged instructions in an application: each process that tries one is killed. */
#include "lib/lib.h"

static void try_hlt(void)
{
	asm volatile("hlt");
}

static void try_cli(void)
{
	asm volatile("cli");
}

static void try_cr3(void)
{
	u32 v;

	asm volatile("movl %%cr3, %0" : "=r"(v));
}

static void try_out(void)
{
	asm volatile("outb %%al, $0x80" : : "a"(0));
}

static const struct {
	const char *name;
	void (*attempt)(void);
} attempts[] = {{"hlt", try_hlt}, {"cli", try_cli}, {"cr3", try_cr3}, {"out", try_out}};

int main(void)
{
	u32 survived = 0;

	for (u32 i = 0; i < ARRAY_SIZE(attempts); i++) {
		u32 status = 0;
		s32 pid = fork();

		if (!pid) {
			attempts[i].attempt();
			exit(0);
		}
		waitpid(pid, &status, 0);
		printf("gp: instruction=%s status=%u\n", attempts[i].name, status);
		survived += status != STATUS_SIGNAL + SIGSEGV;
	}
	return survived != 0;
}

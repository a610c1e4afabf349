/*
 * calls.c: processes that do nothing but system calls, so that timer interrupts come at every
 * point of the way in and out of the kernel. No register may change by that.
 */
#include "lib/lib.h"

#define CHILDREN 3
#define TICKS	 100

/* A system call with known values in the registers that it must leave alone. @return 0 if so */
static u32 call(u32 seed)
{
	u32 wrong;

	asm volatile("pushl %%ebp\n\t"
		     "movl %%ebx, %%esi\n\t"
		     "movl %%ebx, %%edi\n\t"
		     "movl %%ebx, %%ebp\n\t"
		     "movl %%ebx, %%ecx\n\t"
		     "movl %%ebx, %%edx\n\t"
		     "stc\n\t"
		     "int $0x80\n\t"
		     "sbbl %%eax, %%eax\n\t" /* -1 if CF has survived */
		     "notl %%eax\n\t"
		     "xorl %%ebx, %%esi\n\t"
		     "xorl %%ebx, %%edi\n\t"
		     "xorl %%ebx, %%ebp\n\t"
		     "xorl %%ebx, %%ecx\n\t"
		     "xorl %%ebx, %%edx\n\t"
		     "orl %%esi, %%eax\n\t"
		     "orl %%edi, %%eax\n\t"
		     "orl %%ebp, %%eax\n\t"
		     "orl %%ecx, %%eax\n\t"
		     "orl %%edx, %%eax\n\t"
		     "popl %%ebp"
		     : "=a"(wrong), "+b"(seed)
		     : "0"(SYS_getpid)
		     : "ecx", "edx", "esi", "edi", "memory", "cc");
	return wrong;
}

static u32 child(u32 seed)
{
	s32 end = ticks() + TICKS;
	u32 wrong = 0;

	while (end - ticks() > 0) {
		for (u32 i = 0; i < 100; i++)
			wrong |= call(seed += 0x01234567);
	}
	return wrong != 0;
}

int main(void)
{
	u32 wrong = 0;

	for (u32 i = 0; i < CHILDREN; i++) {
		if (!fork())
			exit(child(i));
	}
	for (u32 status = 0; waitpid(-1, &status, 0) > 0;)
		wrong += status;
	printf("calls: wrong=%u\n", wrong);
	return wrong != 0;
}

/*
 * segments.c: an application that enters the kernel with useless data segments. The kernel, which
 * does not reload them at each entry, must not mind; the application gets usable ones back.
 */
#include "lib/lib.h"

/* getpid with this selector in DS and ES; both are put back from SS afterwards. */
static s32 getpid_with(u32 selector)
{
	s32 pid;

	asm volatile("movl %[selector], %%ds\n\t"
		     "movl %[selector], %%es\n\t"
		     "int $0x80\n\t"
		     "movl %%ss, %%ecx\n\t"
		     "movl %%ecx, %%ds\n\t"
		     "movl %%ecx, %%es"
		     : "=a"(pid)
		     : "0"(SYS_getpid), [selector] "r"(selector)
		     : "ecx", "memory");
	return pid;
}

int main(void)
{
	u32 code, wrong = 0;

	asm("movl %%cs, %0" : "=r"(code));
	/* The code segment can be read through, not written. */
	wrong += getpid_with(0) != getpid();
	wrong += getpid_with(code) != getpid();
	printf("segments: wrong=%u\n", wrong);
	return wrong != 0;
}

/* crash.c: a process that touches an unmapped address is killed, and the machine goes on. */
#include "lib/lib.h"

int main(void)
{
	char *args[] = {"touch", "0x60000000", NULL};
	u32 status = run("touch", args);

	printf("crash: touch ended with status=%u\n", status);
	if (status != STATUS_SIGNAL + SIGSEGV)
		return 1;
	printf("crash: the machine goes on\n");
	return 0;
}

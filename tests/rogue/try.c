/* try.c: what attempt() is mostly asked to do. */
#include "rogue.h"

void try_read(u32 va)
{
	u32 word;

	asm volatile("movl (%1), %0" : "=r"(word) : "r"(va));
}

void try_write(u32 va)
{
	/* If it works, the hypervisor should live to tell: write back what was there. */
	asm volatile("movl (%0), %%eax\n\tmovl %%eax, (%0)" : : "r"(va) : "eax", "memory");
}

void try_call(u32 va)
{
	asm volatile("call *%0" : : "r"(va) : "eax", "ecx", "edx", "memory");
}

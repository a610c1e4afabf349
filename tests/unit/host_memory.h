/*
 * host_memory.h: what units of the hypervisor reach of a machine of the test's own: its frames, by
 * map_domain_page(), and panic(). Included once in a test, behind `memory`, an array of FRAMES
 * pages.
 */
#ifndef TEST_HOST_MEMORY_H
#define TEST_HOST_MEMORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "lib/printk.h"
#include "mem/domain_page.h"

jmp_buf *panicked; /* where panic() goes; NULL: it ends the test */
u32 pages_mapped;  /* and not unmapped yet */

void panic(const char *fmt, ...)
{
	va_list ap;

	if (panicked)
		longjmp(*panicked, 1);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	abort();
}
void *map_domain_page(mfn_t m)
{
	if (m.n >= FRAMES)
		panic("frame %x mapped", m.n);
	pages_mapped++;
	return memory[m.n];
}
void unmap_domain_page(const void *p)
{
	(void)p;
	pages_mapped--;
}

#endif

/* hypercall.h: from a direct-mode test kernel to the hypervisor. */
#ifndef TEST_KIT_HYPERCALL_H
#define TEST_KIT_HYPERCALL_H

#include <trapline/xen/xen.h>

/** @return 0 or more, or a negative errno. A call that was interrupted comes back with other
 * arguments than it went with. */
static inline s32 hypercall(u32 nr, u32 a, u32 b, u32 c, u32 d)
{
	s32 ret;

	asm volatile("int $0x82"
		     : "=a"(ret), "+b"(a), "+c"(b), "+d"(c), "+S"(d)
		     : "0"(nr)
		     : "memory");
	return ret;
}

#endif

/* hypercall.h: from a direct-mode test kernel to the hypervisor. */
#ifndef TEST_KIT_HYPERCALL_H
#define TEST_KIT_HYPERCALL_H

#include <trapline/xen/xen.h>

/** The start of a kernel: a stack of so many bytes, and `main_name(start_info)`; then its entries
 * in assembly, `more`. All are texts. */
#define PV_START(name, main_name, stack_bytes, more)                                               \
	asm(".section __xen_guest\n"                                                               \
	    "	.asciz \"GUEST_OS=" name                                                           \
	    ",XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,PAE=no,LOADER=generic\"\n"                      \
	    "	.text\n"                                                                             \
	    "	.globl _start\n"                                                                     \
	    "_start: cld\n"                                                                        \
	    "	movl $stack_top, %esp\n"                                                             \
	    "	pushl %esi\n"                                                                        \
	    "	call " main_name "\n" more "	.bss\n"                                               \
	    "	.space " stack_bytes "\n"                                                          \
	    "stack_top:\n"                                                                         \
	    "	.text\n")

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

/** By its name: HCALL(memory_op, cmd, (u32)&r, 0, 0). */
#define HCALL(name, ...) hypercall(__HYPERVISOR_##name, __VA_ARGS__)

#endif

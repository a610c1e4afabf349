/* syscall.S: each system call as a C function: arguments from the stack into EBX ECX EDX. */
#include "abi.h"

	.text
#define SYSCALL(name)           \
	.globl	name;           \
name:	movl	$SYS_##name, %eax; \
	jmp	enter_kernel

enter_kernel:
	pushl	%ebx
	movl	8(%esp), %ebx
	movl	12(%esp), %ecx
	movl	16(%esp), %edx
	int	$0x80
	popl	%ebx
	ret

SYSCALL(exit)
SYSCALL(fork)
SYSCALL(read)
SYSCALL(write)
SYSCALL(open)
SYSCALL(close)
SYSCALL(waitpid)
SYSCALL(exec)
SYSCALL(getpid)
SYSCALL(getppid)
SYSCALL(kill)
SYSCALL(pipe)
SYSCALL(brk)
SYSCALL(dup2)
SYSCALL(mmap)
SYSCALL(munmap)
SYSCALL(mprotect)
SYSCALL(yield)
SYSCALL(sleep)
SYSCALL(ticks)
SYSCALL(psinfo)
SYSCALL(list)
SYSCALL(creat)
SYSCALL(unlink)
SYSCALL(lseek)
SYSCALL(mount)
SYSCALL(umount)
SYSCALL(sync)
SYSCALL(mkfs)
SYSCALL(room)
SYSCALL(meminfo)
SYSCALL(swapon)
SYSCALL(sysinfo)
SYSCALL(hypercall)
SYSCALL(foreign)
SYSCALL(map_foreign)
SYSCALL(listen)
SYSCALL(poll)
	.globl	signal_with_restorer
signal_with_restorer:
	movl	$SYS_signal, %eax
	jmp	enter_kernel

/* Where a signal handler returns to; the kernel finds the saved registers by ESP. */
	.globl	signal_restorer
signal_restorer:
	movl	$SYS_sigreturn, %eax
	int	$0x80
	hlt				/* not there any more: end here rather than anywhere */
